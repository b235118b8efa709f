import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { createSqs } from '../../local/sqs/sqs.ts';
import { inProcess } from '../../local/transport.ts';

async function queue(attributes: Record<string, string> = {}) {
  const clock = new VirtualClock(Date.now());
  const aws = createAws({ clock, services: (core) => [createSqs(core)] });
  const config = { endpoint: aws.core.endpoint, region: 'us-east-1', requestHandler: inProcess(aws), maxAttempts: 1 };
  const client = new SQSClient({ ...config, credentials: { accessKeyId: 'key', secretAccessKey: 'secret' } });
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'letters', Attributes: attributes }));
  const receive = async (more = {}) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];
  return { aws, clock, client, QueueUrl, receive };
}

test('a message arrives with its attributes, and the sums that the SDK checks are right', async () => {
  const { client, QueueUrl, receive } = await queue();
  const MessageAttributes = {
    word: { DataType: 'String', StringValue: 'é' },
    bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
  };
  const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello é', MessageAttributes }));
  const [message] = await receive({ MessageAttributeNames: ['All'], AttributeNames: ['All'] });
  expect(message).toMatchObject({ MessageId: sent.MessageId, Body: 'hello é', MessageAttributes });
  expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
  expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
});

test('the sum of attributes is the one that AWS computes', async () => {
  const { client, QueueUrl } = await queue();
  const timestamp = { DataType: 'Number', StringValue: '1493147359900' };
  const sent = await client.send(
    new SendMessageCommand({ QueueUrl, MessageBody: 'b', MessageAttributes: { timestamp } }),
  );
  // The sum that moto's tests expect of this attribute (https://github.com/getmoto/moto, tests/test_sqs).
  expect(sent.MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
});

test('a received message is hidden for the visibility timeout, then comes again', async () => {
  const { client, clock, QueueUrl, receive } = await queue({ VisibilityTimeout: '60' });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  expect(await receive()).toHaveLength(1);
  expect(await receive()).toHaveLength(0);
  await clock.run(clock.now() + 60_000);
  expect((await receive({ AttributeNames: ['All'] }))[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
});

test('an old receipt deletes nothing, the last one does', async () => {
  const { client, QueueUrl, receive } = await queue({ VisibilityTimeout: '0' });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  const [first] = await receive();
  const [second] = await receive();
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  expect(await receive()).toHaveLength(1);
  const [third] = await receive();
  expect(third?.ReceiptHandle).not.toBe(second?.ReceiptHandle);
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
  expect(await receive()).toHaveLength(0);
});

test('a long poll answers as soon as something is sent, or empty at its end', async () => {
  const { client, clock, QueueUrl, receive } = await queue();
  const start = clock.now();
  const answers: [number, number][] = [];
  const poll = () => receive({ WaitTimeSeconds: 10 }).then((all) => answers.push([all.length, clock.now() - start]));
  void poll();
  clock.at(start + 4000, () => void client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' })));
  await clock.run(start + 5000);
  void poll();
  await clock.run(start + 20_000);
  expect(answers).toEqual([
    [1, 4000],
    [0, 15_000],
  ]);
});

test('batches answer entry by entry', async () => {
  const { client, QueueUrl, receive } = await queue({ MaximumMessageSize: '1024' });
  const Entries = [
    { Id: 'a', MessageBody: 'fits' },
    { Id: 'b', MessageBody: 'x'.repeat(1025) },
  ];
  const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect([sent.Successful?.[0]?.Id, sent.Failed?.[0]?.Id]).toEqual(['a', 'b']);
  const [message] = await receive();
  const gone = await client.send(
    new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', ReceiptHandle: message?.ReceiptHandle }] }),
  );
  expect(gone.Successful).toEqual([{ Id: 'a' }]);
});

test('attributes are set, read and counted, and messages leave after their retention', async () => {
  const { client, clock, QueueUrl } = await queue({ MessageRetentionPeriod: '60' });
  const Policy = JSON.stringify({ Statement: [] });
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  const read = async () =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
  expect(await read()).toMatchObject({
    Policy,
    QueueArn: 'arn:aws:sqs:us-east-1:123456789012:letters',
    ApproximateNumberOfMessages: '1',
  });
  await clock.run(clock.now() + 60_000);
  expect(await read()).toMatchObject({ ApproximateNumberOfMessages: '0' });
});

test('queues are found by name and listed; a missing one is QueueDoesNotExist', async () => {
  const { client, QueueUrl } = await queue();
  expect((await client.send(new GetQueueUrlCommand({ QueueName: 'letters' }))).QueueUrl).toBe(QueueUrl);
  expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl]);
  await client.send(new PurgeQueueCommand({ QueueUrl }));
  await expect(client.send(new GetQueueUrlCommand({ QueueName: 'other' }))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
  });
});

test('creating a queue again answers it, unless an attribute differs', async () => {
  const { client, QueueUrl } = await queue({ DelaySeconds: '0' });
  expect((await client.send(new CreateQueueCommand({ QueueName: 'letters' }))).QueueUrl).toBe(QueueUrl);
  const other = new CreateQueueCommand({ QueueName: 'letters', Attributes: { DelaySeconds: '5' } });
  await expect(client.send(other)).rejects.toMatchObject({ name: 'QueueNameExists' });
});
