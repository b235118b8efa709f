import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Router } from '@aws-lambda-powertools/event-handler/http';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import * as whole from '@aws-sdk/client-dynamodb';
import { type BuildOptions, build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';

const require = createRequire(import.meta.url);

type Sdk = Pick<typeof whole, 'DynamoDBClient' | 'UpdateItemCommand'>;
let bundled: Sdk;

async function bundle(entry: BuildOptions) {
  const { outputFiles } = await build({
    plugins: require('../../deploy/esbuild.cjs'),
    ...entry,
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': false },
  });
  return outputFiles ?? [];
}

/** What a bundle of that source exports, in a process that writes to `written`. */
async function loaded<Exports>(contents: string, written: string[] = [], more: BuildOptions = {}): Promise<Exports> {
  const [file] = await bundle({ stdin: { contents, resolveDir: import.meta.dirname }, ...more });
  const module = { exports: {} };
  const stream = new Writable({ write: (chunk, _, done) => done(void written.push(String(chunk))) });
  const itsProcess = { ...process, env: { _X_AMZN_TRACE_ID: 'Root=1-2-3' }, stdout: stream, stderr: stream };
  const run = new Function('module', 'exports', 'require', 'process', file?.text ?? '');
  run(module, module.exports, require, itsProcess);
  return module.exports as Exports;
}

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

interface Powertools {
  Logger: typeof Logger;
  injectLambdaContext: typeof injectLambdaContext;
  Metrics: typeof Metrics;
  Router: typeof Router;
}

const powertools = `export { Router } from '@aws-lambda-powertools/event-handler/http';
  export { Logger } from '@aws-lambda-powertools/logger';
  export { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
  export { Metrics } from '@aws-lambda-powertools/metrics';`;

/** What an invocation writes that uses all of Powertools that we do, and what routes answer. */
async function used(more: BuildOptions) {
  const written: string[] = [];
  const { Logger, injectLambdaContext, Metrics, Router } = await loaded<Powertools>(powertools, written, more);
  const logger = new Logger({ serviceName: 'tablekeep' });
  const metrics = new Metrics({ namespace: 'Tablekeep', serviceName: 'tablekeep' });
  const { before, after, onError } = injectLambdaContext(logger, { resetKeys: true });
  const request = { event: { a: 1 }, context: { awsRequestId: 'one', functionName: 'api' }, error: new Error('why') };

  await before?.(request as never);
  logger.appendKeys({ run: 'nightly' });
  logger.info('began', { table: 'orders', nothing: undefined });
  logger.debug('is not written');
  logger.warn('a mistake', { error: Object.assign(new TypeError('no'), { stack: 'here', cause: 'why' }) });
  metrics.addDimension('plan', 'nightly').addMetric('Throttled', 'Count', 1);
  metrics.singleMetric().addDimension('plan', 'nightly').addMetric('Overdue', 'Seconds', 2);
  metrics.publishStoredMetrics();
  await after?.(request as never);
  await onError?.(request as never);
  logger.error('unexpected', { message: 'a word of its own' });

  const router = new Router();
  router.route(async ({ params }) => new Response(`read ${params.id}`, { headers: { a: 'b' } }), {
    method: 'GET',
    path: '/runs/:id',
  });
  router.route(() => Promise.reject(new RangeError('too many')), { method: 'POST', path: '/runs' });
  router.route(async () => new Response(null, { status: 204 }), { method: 'DELETE', path: '/runs/:id' });
  router.errorHandler(Error, async (error) => new Response(`${error.name}: ${error.message}`, { status: 409 }));
  const answers = await Promise.all(
    ['GET /runs/one', 'GET /runs', 'POST /runs', 'PUT /runs', 'DELETE /runs/two', 'GET /runs/a/b'].map((line) => {
      const [method = '', rawPath = ''] = line.split(' ');
      const requestContext = { domainName: 'api', http: { method, path: rawPath } };
      const event = { version: '2.0', routeKey: '$default', rawPath, rawQueryString: '', headers: {}, requestContext };
      const answer = router.resolve({ ...event, isBase64Encoded: false }, {} as never);
      return answer as Promise<{ statusCode?: number }>;
    }),
  );
  return { written: written.map((line) => line.replaceAll(/"(timestamp|Timestamp)":[^,}]+/g, '')), answers };
}

test('logs, metrics and routes are in a bundle what they are in the whole of Powertools', async () => {
  const ours = await used({});
  expect(ours.written).toHaveLength(6);
  expect(ours.answers.map(({ statusCode }) => statusCode)).toEqual([200, 409, 409, 409, 204, 409]);
  expect(ours).toEqual(await used({ plugins: [] }));
});

test('routes are registered without the shorthands that are left out', () => {
  const { shorthands }: { shorthands: string[] } = require('../../deploy/bundle/powertools-parts.cjs');
  const source = readFileSync(fileURLToPath(new URL('../../shared/api/router.ts', import.meta.url)), 'utf8');
  expect(shorthands.filter((name) => source.includes(`router.${name}(`))).toEqual([]);
});
