import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { installGlobals } from '../../local/globals.ts';
import { listen } from '../../local/http.ts';
import { seededRandom } from '../../local/random.ts';
import { createWholeAws, type WholeAwsOptions } from '../../local/services.ts';
import { inProcess } from '../../local/transport.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const credentials = { accessKeyId: 'anybody', secretAccessKey: 'secret' };
const table = {
  TableName: 'orders',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  BillingMode: 'PAY_PER_REQUEST' as const,
};

test('over HTTP, clients of every protocol are answered', async () => {
  const server = await listen(createWholeAws(), 0);
  ends.push(server.close);
  const config = { endpoint: server.url, region: 'us-east-1', credentials };
  const sqs = new SQSClient(config);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'letters' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
  expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0]?.Body).toBe('hello');
  const events = new EventBridgeClient(config);
  await events.send(new CreateEventBusCommand({ Name: 'facts' }));
  const Entries = [{ EventBusName: 'facts', Source: 'a', DetailType: 'b', Detail: '{}' }];
  expect((await events.send(new PutEventsCommand({ Entries }))).FailedEntryCount).toBe(0);
  expect((await new SchedulerClient(config).send(new ListSchedulesCommand({}))).Schedules).toEqual([]);
  const { TopicArn } = await new SNSClient(config).send(new CreateTopicCommand({ Name: 'notices' }));
  expect(TopicArn).toBe('arn:aws:sns:us-east-1:123456789012:notices');
  expect((await new STSClient(config).send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
  const made = await new DynamoDBClient(config).send(new CreateTableCommand(table));
  expect(made.TableDescription?.TableStatus).toBe('CREATING');
});

test('the account is the one that a key of twelve digits names, and accounts and Regions are apart', async () => {
  const requestHandler = inProcess(createWholeAws());
  const make = (accessKeyId: string, region: string) =>
    new DynamoDBClient({ region, requestHandler, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey: 'x' } });
  const create = async (client: DynamoDBClient) =>
    (await client.send(new CreateTableCommand(table))).TableDescription?.TableArn;
  const mine = make('anybody', 'us-east-1');
  expect(await create(mine)).toBe('arn:aws:dynamodb:us-east-1:123456789012:table/orders');
  expect(await create(make('anybody', 'eu-west-1'))).toBe('arn:aws:dynamodb:eu-west-1:123456789012:table/orders');
  expect(await create(make('111122223333', 'us-east-1'))).toBe('arn:aws:dynamodb:us-east-1:111122223333:table/orders');
  await expect(create(mine)).rejects.toMatchObject({ name: 'ResourceInUseException' });
});

/** A little history: what every call was, when, and what it was answered. */
async function history(options: WholeAwsOptions): Promise<string> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 31));
  const uninstall = installGlobals(clock, seededRandom(5));
  try {
    const aws = createWholeAws({ clock, latencyMs: () => aws.core.random.number() * 50, ...options });
    const lines: string[] = [];
    aws.onCall(({ call, at, endedAt }) => lines.push(`${at} ${endedAt} ${call.operation} ${call.requestId}`));
    const client = new DynamoDBClient({ region: 'us-east-1', requestHandler: inProcess(aws), credentials });
    const tables = Array.from({ length: 20 }, (_, index) => ({ ...table, TableName: `t-${index}` }));
    const all = Promise.all(tables.map((one) => client.send(new CreateTableCommand(one))));
    await clock.run(clock.now() + 60_000);
    for (const { TableDescription } of await all) lines.push(String(TableDescription?.TableId));
    return lines.join('\n');
  } finally {
    uninstall();
  }
}

test('the same seed gives the same history, another seed another one', async () => {
  const [one, two, other] = [await history({ seed: 7 }), await history({ seed: 7 }), await history({ seed: 8 })];
  expect(one.split('\n')).toHaveLength(40);
  expect(two).toBe(one);
  expect(other).not.toBe(one);
});
