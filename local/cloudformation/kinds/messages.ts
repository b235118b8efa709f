import type { Kind, Made, Place, Properties } from '../kind.ts';

/** Attributes of queues and topics are strings; what is more is JSON. */
const text = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
const attributesOf = (properties: Properties, without: string[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !without.includes(name))
      .map(([name, value]) => [name, text(value)]),
  );

export const queue: Kind = {
  identity: ['QueueName', 'FifoQueue'],
  async put(place, properties, before) {
    const QueueName = String(before?.attributes.QueueName ?? properties.QueueName ?? place.generateName(80));
    const Attributes = attributesOf(properties, ['QueueName', 'Tags']);
    let QueueUrl = before?.physicalId;
    if (QueueUrl === undefined) {
      const answer = await place.call('sqs', 'CreateQueue', { QueueName, Attributes });
      QueueUrl = String(answer.QueueUrl);
    } else {
      await place.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
    }
    return { physicalId: QueueUrl, attributes: { Arn: place.arn('sqs', QueueName), QueueName, QueueUrl } };
  },
  remove: (place, { physicalId }) => place.call('sqs', 'DeleteQueue', { QueueUrl: physicalId }),
};

const setQueuePolicy = (place: Place, queues: unknown, Policy: string) =>
  Promise.all(
    (queues as string[]).map((QueueUrl) =>
      place.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } }),
    ),
  );

export const queuePolicy: Kind = {
  identity: ['Queues'],
  async put(place, { Queues, PolicyDocument }, before) {
    await setQueuePolicy(place, Queues, JSON.stringify(PolicyDocument));
    return before ?? { physicalId: place.generateName(128), attributes: {} };
  },
  remove: (place, _made, { Queues }) => setQueuePolicy(place, Queues, ''),
};

export const topic: Kind = {
  identity: ['TopicName', 'FifoTopic'],
  async put(place, properties, before) {
    const Name = String(before?.attributes.TopicName ?? properties.TopicName ?? place.generateName(256));
    const Attributes = attributesOf(properties, ['TopicName', 'Subscription', 'Tags']);
    const { TopicArn } = await place.call('sns', 'CreateTopic', { Name, Attributes });
    for (const one of (properties.Subscription ?? []) as Properties[]) {
      const { Protocol, Endpoint } = one;
      await place.call('sns', 'Subscribe', { TopicArn, Protocol, Endpoint, ReturnSubscriptionArn: 'true' });
    }
    return { physicalId: String(TopicArn), attributes: { TopicArn, TopicName: Name } };
  },
  remove: (place, { physicalId }) => place.call('sns', 'DeleteTopic', { TopicArn: physicalId }),
};

/** Topics have a policy from the start; without one of its own a topic is open to its account again. */
const setTopicPolicy = (place: Place, topics: unknown, policyOf: (TopicArn: string) => unknown) =>
  Promise.all(
    (topics as string[]).map((TopicArn) => {
      const AttributeValue = JSON.stringify(policyOf(TopicArn));
      return place.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
    }),
  );

export const topicPolicy: Kind = {
  identity: ['Topics'],
  async put(place, { Topics, PolicyDocument }, before) {
    await setTopicPolicy(place, Topics, () => PolicyDocument);
    return before ?? { physicalId: place.generateName(128), attributes: {} };
  },
  remove: (place: Place, _made: Made, { Topics }) =>
    setTopicPolicy(place, Topics, (Resource) => {
      const Principal = { AWS: `arn:aws:iam::${place.account}:root` };
      return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'SNS:*', Resource }] };
    }),
};

export const subscription: Kind = {
  identity: ['TopicArn', 'Protocol', 'Endpoint'],
  async put(place, { TopicArn, Protocol, Endpoint, ...others }, before) {
    if (before !== undefined) return before;
    const Attributes = attributesOf(others, ['Region']);
    const input = { TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: 'true' };
    const { SubscriptionArn } = await place.call('sns', 'Subscribe', input);
    return { physicalId: String(SubscriptionArn), attributes: { Arn: SubscriptionArn } };
  },
  remove: (place, { physicalId }) => place.call('sns', 'Unsubscribe', { SubscriptionArn: physicalId }),
};
