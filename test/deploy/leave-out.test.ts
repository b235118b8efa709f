import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as whole from '@aws-sdk/client-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { bundle, loaded } from './bundled.ts';

const require = createRequire(import.meta.url);

type Sdk = Pick<typeof whole, 'DynamoDBClient' | 'UpdateItemCommand'>;
let bundled: Sdk;

beforeAll(async () => {
  bundled = await loaded(`export { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';`);
});

interface Answer {
  statusCode: number;
  headers?: Record<string, string>;
  body: string;
}

/** What an UpdateItem ends with when AWS answers so each time, and how often it was sent. */
async function ends({ DynamoDBClient, UpdateItemCommand }: Sdk, answer: Answer) {
  let sent = 0;
  const client = new DynamoDBClient({
    region: 'us-east-1',
    maxAttempts: 2,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    requestHandler: {
      async handle() {
        sent++;
        return { response: { headers: {}, ...answer, body: new TextEncoder().encode(answer.body) } };
      },
    },
  });
  const error = await client.send(new UpdateItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } })).then(
    () => expect.unreachable('AWS refused'),
    (thrown: Error) => thrown,
  );
  const { name, message, $fault, $metadata, Item } = error as Error & Partial<whole.ConditionalCheckFailedException>;
  const status = $metadata?.httpStatusCode;
  return { sent, name, message, $fault, status, Item, isError: error instanceof Error };
}

const refusal = (name: string, more: object = {}) =>
  JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'because', ...more });

test.each<[string, Answer]>([
  ['a class of its own', { statusCode: 400, body: refusal('TableInUseException') }],
  [
    'the item as it was found',
    {
      statusCode: 400,
      body: refusal('ConditionalCheckFailedException', {
        Item: { pk: { S: 'a' }, bytes: { B: 'AQID' }, n: { N: '1' } },
      }),
    },
  ],
  ['a throttle', { statusCode: 400, body: refusal('ProvisionedThroughputExceededException') }],
  ['LimitExceeded', { statusCode: 400, body: refusal('LimitExceededException') }],
  ['a mark to be repeated', { statusCode: 400, body: refusal('ReplicatedWriteConflictException') }],
  ['a name that the model does not know', { statusCode: 400, body: refusal('SomethingNewException') }],
  ['a message in capitals', { statusCode: 400, body: '{"__type":"AccessDeniedException","Message":"no"}' }],
  ['a server’s error', { statusCode: 500, body: refusal('InternalServerError') }],
  ['no JSON', { statusCode: 503, body: 'Service Unavailable' }],
])('an error with %s is in a bundle what it is in the whole SDK', async (_, answer) => {
  const ours = await ends(bundled, answer);
  const theirs = await ends(whole, answer);
  expect(ours).toEqual(theirs);
});

const { methods }: { methods: [RegExp, string[]][] } = require('../../deploy/bundle/unused-methods.cjs');
const unused = [...new Set(methods.flatMap(([, names]) => names))].filter((name) => !name.startsWith('#'));
const functions = fileURLToPath(new URL('../../functions/', import.meta.url));

test('nothing in a bundle has the name of a method that was left out', async () => {
  const entryPoints = readdirSync(functions).map((file) => join(functions, file));
  for (const { path, text } of await bundle({ entryPoints, outdir: '.' })) {
    expect(text).toContain('.handle(');
    const found = unused.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    expect(found, path).toEqual([]);
  }
}, 20_000);
