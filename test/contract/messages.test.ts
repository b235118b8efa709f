import { expect } from 'vitest';
import { sns, sqs } from './endpoint.ts';
import { afterwards, newName } from './made.ts';
import { makeQueue, take } from './queues.ts';
import { eventually, rule } from './rule.ts';

rule('a message that is not deleted comes again when its visibility timeout is over', async () => {
  const { url } = await makeQueue({ VisibilityTimeout: '1' });
  await sqs.sendMessage({ QueueUrl: url, MessageBody: 'hello' });
  const receive = () =>
    sqs.receiveMessage({ QueueUrl: url, WaitTimeSeconds: 1, MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
  const count = (answer: Awaited<ReturnType<typeof receive>>) =>
    answer.Messages?.[0]?.Attributes?.ApproximateReceiveCount;
  await eventually(receive, (seen) => count(seen) === '1');
  await eventually(receive, (seen) => count(seen) === '2');
});

rule('a message that is deleted does not come again', async () => {
  const { url } = await makeQueue({ VisibilityTimeout: '0' });
  await sqs.sendMessage({ QueueUrl: url, MessageBody: 'hello' });
  await take({ url, arn: '' }, (body) => body === 'hello');
  expect((await sqs.receiveMessage({ QueueUrl: url })).Messages ?? []).toEqual([]);
});

rule('a queue is found by its name, and one that does not exist is not', async () => {
  const { url } = await makeQueue();
  const name = url.split('/').at(-1) ?? '';
  expect((await sqs.getQueueUrl({ QueueName: name })).QueueUrl).toBe(url);
  await expect(sqs.getQueueUrl({ QueueName: newName() })).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
});

rule('nothing is read from a queue that does not exist', async () => {
  const { url } = await makeQueue();
  const other = url.replace(url.split('/').at(-1) ?? '', newName());
  await expect(sqs.receiveMessage({ QueueUrl: other })).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
});

rule('one call receives at most ten messages', async () => {
  const { url } = await makeQueue();
  const receive = sqs.receiveMessage({ QueueUrl: url, MaxNumberOfMessages: 11 });
  await expect(receive).rejects.toMatchObject({ name: /ReadCountOutOfRange|InvalidParameterValue/ });
});

rule('a topic passes a message on to the queue that subscribed', async () => {
  const queue = await makeQueue();
  const { TopicArn } = await sns.createTopic({ Name: newName() });
  afterwards(() => sns.deleteTopic({ TopicArn }));
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn });
  const { MessageId } = await sns.publish({ TopicArn, Subject: 'Report', Message: 'All is well.' });
  const [body = '{}'] = await take(queue, () => true);
  expect(JSON.parse(body)).toMatchObject({
    Type: 'Notification',
    MessageId,
    TopicArn,
    Subject: 'Report',
    Message: 'All is well.',
  });
});

rule('a topic of one name is made once', async () => {
  const Name = newName();
  const first = await sns.createTopic({ Name });
  afterwards(() => sns.deleteTopic({ TopicArn: first.TopicArn }));
  expect((await sns.createTopic({ Name })).TopicArn).toBe(first.TopicArn);
  expect(first.TopicArn).toMatch(new RegExp(`^arn:aws:sns:[a-z0-9-]+:\\d{12}:${Name}$`));
});

rule('nothing is published to a topic that does not exist', async () => {
  const Name = newName();
  const { TopicArn } = await sns.createTopic({ Name });
  await sns.deleteTopic({ TopicArn });
  await expect(sns.publish({ TopicArn, Message: 'hello' })).rejects.toMatchObject({ name: 'NotFoundException' });
});
