import { readFileSync } from 'node:fs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packaged, packageService } from '../../deploy/package.ts';
import { fileNameOf } from '../../deploy/schemas.ts';
import { contracts } from '../../events/contracts.ts';
import { inProcess } from '../../local/transport.ts';
import { type Deployed, deploy } from './deployed.ts';

let packaged: Packaged;
let deployed: Deployed;
beforeAll(async () => {
  packaged = await packageService({ parameters: { notifyEmail: 'ops@example.com' } });
  deployed = await deploy(packaged);
});
afterAll(() => {
  deployed?.end();
  packaged?.remove();
});

interface Event {
  source: string;
  'detail-type': string;
  detail: Record<string, unknown>;
}

const example = (type: string): Event =>
  JSON.parse(readFileSync(new URL(`../../events/examples/${fileNameOf({ type })}.json`, import.meta.url), 'utf8'));

/** The e-mails that an event on the bus of facts leads to. */
async function emailsAfter({ source, 'detail-type': type, detail }: Event): Promise<string[]> {
  const { aws, clock, whenDone } = deployed;
  const before = aws.sns.emails.length;
  const role = 'arn:aws:iam::123456789012:role/tablekeep-dev-us-east-1-heartbeat';
  const client = new EventBridgeClient({
    region: 'us-east-1',
    credentials: aws.iam.openSession(role, 'session', 3600),
    requestHandler: inProcess(aws),
  });
  const Entries = [
    { EventBusName: 'tablekeep-dev-facts', Source: source, DetailType: type, Detail: JSON.stringify(detail) },
  ];
  await whenDone(client.send(new PutEventsCommand({ Entries })));
  await clock.run(clock.now() + 10_000);
  return aws.sns.emails.slice(before).map(({ message }) => message);
}

const toPeople = contracts.filter(({ heardBy }) => heardBy === 'people').map(({ type }) => type);
const toNobody = contracts.filter(({ bus, heardBy }) => bus === 'facts' && !heardBy.includes('people'));

test.each(toPeople)('%s is told by its sentence', async (type) => {
  const event = example(type);
  expect(await emailsAfter(event)).toEqual([JSON.stringify(event.detail.sentence)]);
});

test.each(['Restore Failed', 'Export Failed', 'Import Failed'])(
  '%s of a dry run is told to nobody but who asked',
  async (type) => {
    const event = example(type);
    expect(await emailsAfter({ ...event, detail: { ...event.detail, dryRun: true } })).toEqual([]);
  },
);

test('a run in which a table got no backup is told once, and one without failures is not', async () => {
  const event = example('Run Completed');
  expect(await emailsAfter(event)).toEqual([JSON.stringify(event.detail.sentence)]);
  expect(await emailsAfter({ ...event, detail: { ...event.detail, failed: 0 } })).toEqual([]);
});

test('nothing else is told: no message per table', async () => {
  for (const { type } of toNobody.filter((other) => !['Run Requested', 'Work Due'].includes(other.type))) {
    expect(await emailsAfter(example(type)), type).toEqual([]);
  }
});

test('a function that gave up is told with its error, the heartbeat, which comes again, is not', async () => {
  const failureOf = (name: string): Event => ({
    source: 'lambda',
    'detail-type': 'Lambda Function Invocation Result - Failure',
    detail: {
      version: '1.0',
      requestContext: {
        functionArn: `arn:aws:lambda:us-east-1:123456789012:function:tablekeep-dev-${name}:$LATEST`,
        condition: 'RetriesExhausted',
      },
      responsePayload: { errorType: 'Error', errorMessage: 'The catalog is gone' },
    },
  });
  expect(await emailsAfter(failureOf('start-run'))).toEqual([
    expect.stringMatching(/tablekeep-dev-start-run:\$LATEST failed and will not be tried again: The catalog is gone\./),
  ]);
  expect(await emailsAfter(failureOf('heartbeat'))).toEqual([]);
});
