import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { createIam } from '../../local/iam/iam.ts';
import { seededRandom } from '../../local/random.ts';
import { createSns, type SnsService } from '../../local/sns/sns.ts';
import { createSqs } from '../../local/sqs/sqs.ts';
import { inProcess } from '../../local/transport.ts';

const account = '123456789012';

async function topic() {
  const clock = new VirtualClock(Date.now());
  const iam = createIam({ clock, random: seededRandom(9), account });
  const aws = createAws({ clock, iam, services: (core) => [createSns(core), createSqs(core)] });
  const config = { region: 'us-east-1', endpoint: aws.core.endpoint, requestHandler: inProcess(aws), maxAttempts: 1 };
  const credentials = { accessKeyId: 'admin', secretAccessKey: 'secret' };
  const client = new SNSClient({ ...config, credentials });
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'notices' }));
  const sqs = new SQSClient({ ...config, credentials });
  return { clock, iam, config, client, sqs, TopicArn, sns: aws.service('sns') as SnsService };
}

test('what is published can be read, and subscribed addresses get it as e-mail', async () => {
  const { client, TopicArn, sns, clock } = await topic();
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' }));
  const { MessageId } = await client.send(
    new PublishCommand({ TopicArn, Subject: 'Run', Message: 'It ended <well> & é' }),
  );
  const expected = {
    id: MessageId,
    topicArn: TopicArn,
    at: clock.now(),
    subject: 'Run',
    message: 'It ended <well> & é',
  };
  expect(sns.published).toEqual([expected]);
  expect(sns.emails).toEqual([{ ...expected, to: 'a@example.com' }]);
});

test('a subscribed queue gets the notice when its policy lets the topic in', async () => {
  const { client, clock, sqs, TopicArn } = await topic();
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: '*',
    Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
  };
  const queue = async (QueueName: string, Statement: unknown[]) => {
    const Attributes = { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const Endpoint = `arn:aws:sqs:us-east-1:${account}:${QueueName}`;
    await client.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    return async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? [];
  };
  const open = await queue('open', [statement]);
  const closed = await queue('closed', []);
  await client.send(new PublishCommand({ TopicArn, Message: 'hello' }));
  await clock.run(clock.now() + 1000);
  expect(JSON.parse((await open())[0]?.Body ?? '')).toMatchObject({ Type: 'Notification', TopicArn, Message: 'hello' });
  expect(await closed()).toEqual([]);
});

test('topics are made once, listed and deleted with their subscriptions', async () => {
  const { client, TopicArn } = await topic();
  expect((await client.send(new CreateTopicCommand({ Name: 'notices' }))).TopicArn).toBe(TopicArn);
  expect((await client.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
  const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' });
  const { SubscriptionArn } = await client.send(subscribe);
  const list = async () => (await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions;
  expect(await list()).toMatchObject([{ SubscriptionArn, Endpoint: 'a@example.com' }]);
  await client.send(new UnsubscribeCommand({ SubscriptionArn }));
  expect(await list()).toEqual([]);
  await client.send(new DeleteTopicCommand({ TopicArn }));
  await expect(list()).rejects.toMatchObject({ name: 'NotFoundException' });
});

test('attributes are read as they were set', async () => {
  const { client, TopicArn } = await topic();
  await client.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'N & M' }));
  const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ DisplayName: 'N & M', TopicArn });
});

test('who may not publish is refused, unless the topic itself lets the role in', async () => {
  const { client, config, iam, sns, TopicArn = '' } = await topic();
  const role = iam.putRole({ account, name: 'writer', trust: { Statement: [] } });
  const { accessKeyId, sessionToken } = iam.openSession(role.arn, 'session', 3600);
  const writer = new SNSClient({ ...config, credentials: { accessKeyId, secretAccessKey: 'x', sessionToken } });
  const publish = () => writer.send(new PublishCommand({ TopicArn, Message: 'hello' }));
  await expect(publish()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  const Statement = { Effect: 'Allow', Principal: { AWS: role.arn }, Action: 'sns:Publish', Resource: TopicArn };
  const AttributeValue = JSON.stringify({ Statement });
  await client.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  await publish();
  expect(sns.published).toHaveLength(1);
});

test.each([
  ['an empty message', { Message: '' }],
  ['a subject of two lines', { Message: 'a', Subject: 'a\nb' }],
  ['a message of more than 256 KB', { Message: 'a'.repeat(262_145) }],
])('%s is refused', async (_what, message) => {
  const { client, TopicArn } = await topic();
  await expect(client.send(new PublishCommand({ TopicArn, ...message }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});
