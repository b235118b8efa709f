import { page } from '../page.ts';
import type { Call, Core, PolicyDocument, Service } from '../service.ts';
import { invalid, type Published, readMessage, sendTo } from './publish.ts';
import { type Subscription, Topics } from './topics.ts';

/** What a mailbox would have got. */
export interface Email extends Published {
  to: string;
}

/** SNS, with what tests and demos may look at. */
export interface SnsService extends Service {
  published: Published[];
  emails: Email[];
}

/** SNS as far as notices need it: topics, subscriptions of e-mail addresses, queues and functions. E-mails are kept, not sent. */
export function createSns(core: Core): SnsService {
  const topics = new Topics();
  const published: Published[] = [];
  const emails: Email[] = [];
  const Publish = (call: Call) => {
    const topic = topics.get(call);
    const one = readMessage(core, call, topic.arn);
    published.push(one);
    for (const subscription of topics.subscriptionsOf(topic)) {
      if (subscription.protocol.startsWith('email')) emails.push({ ...one, to: subscription.endpoint });
      else core.clock.at(core.clock.now(), () => void sendTo(core, subscription, one));
    }
    return { MessageId: one.id };
  };

  return {
    name: 'sns',
    protocol: 'query',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    published,
    emails,
    permissions: (call) => [{ action: `sns:${call.operation}`, resource: resourceOf(call) }],
    resourcePolicy({ input }) {
      const policy = topics.find(input)?.attributes.Policy;
      return policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
    },
    operations: { ...topicOperations(topics), ...subscriptionOperations(core, topics), Publish },
  };
}

function resourceOf({ operation, input, account, region }: Call): string {
  if (operation === 'ListTopics' || operation === 'ListSubscriptions' || operation === 'Unsubscribe') return '*';
  if (operation === 'CreateTopic') return `arn:aws:sns:${region}:${account}:${input.Name}`;
  return String(input.TopicArn ?? input.TargetArn);
}

function topicOperations(topics: Topics): Service['operations'] {
  return {
    CreateTopic(call) {
      const name = String(call.input.Name ?? '');
      if (!/^[\w-]{1,256}$/.test(name)) throw invalid('Topic Name');
      const topic = topics.put(call, name);
      Object.assign(topic.attributes, call.input.Attributes);
      return { TopicArn: topic.arn };
    },
    DeleteTopic(call) {
      const topic = topics.find(call.input);
      if (topic !== undefined) topics.remove(call, topic);
    },
    ListTopics(call) {
      const { page: some, ...next } = page(topics.all(call), 100, call.input.NextToken);
      return { Topics: some.map(({ arn }) => ({ TopicArn: arn })), ...next };
    },
    GetTopicAttributes(call) {
      const topic = topics.get(call);
      const SubscriptionsConfirmed = String(topics.subscriptionsOf(topic).length);
      const all = { ...topic.attributes, TopicArn: topic.arn, Owner: call.account, SubscriptionsConfirmed };
      return { Attributes: new Map(Object.entries(all)) };
    },
    SetTopicAttributes(call) {
      topics.get(call).attributes[String(call.input.AttributeName)] = String(call.input.AttributeValue ?? '');
    },
  };
}

const protocols = ['email', 'email-json', 'sqs', 'lambda'];

function subscriptionOperations({ random }: Core, topics: Topics): Service['operations'] {
  return {
    Subscribe(call) {
      const { Protocol: protocol = '', Endpoint: endpoint = '' } = call.input as Record<string, string>;
      const topic = topics.get(call);
      if (!protocols.includes(protocol)) throw invalid(`Protocol ${protocol}`);
      const others = topics.subscriptionsOf(topic);
      const known = others.find((one) => one.protocol === protocol && one.endpoint === endpoint);
      const arn = known?.arn ?? `${topic.arn}:${random.uuid()}`;
      topics.subscribe({ arn, topicArn: topic.arn, protocol, endpoint, owner: call.account });
      return { SubscriptionArn: arn };
    },
    Unsubscribe: ({ input }) => topics.unsubscribe(String(input.SubscriptionArn)),
    ListSubscriptions: ({ account }) => ({
      Subscriptions: topics
        .subscriptions()
        .filter(({ owner }) => owner === account)
        .map(described),
    }),
    ListSubscriptionsByTopic: (call) => ({
      Subscriptions: topics.subscriptionsOf(topics.get(call)).map(described),
    }),
  };
}

const described = ({ arn, topicArn, protocol, endpoint, owner }: Subscription) => ({
  SubscriptionArn: arn,
  Owner: owner,
  Protocol: protocol,
  Endpoint: endpoint,
  TopicArn: topicArn,
});
