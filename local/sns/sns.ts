import { sendToTarget } from '../delivery/target.ts';
import { page } from '../page.ts';
import { AwsError, type Call, type Core, type PolicyDocument, type Service } from '../service.ts';
import { parseArn, perRegion } from '../state.ts';

interface Topic {
  name: string;
  arn: string;
  attributes: Record<string, string>;
}

interface Subscription {
  arn: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  owner: string;
}

/** A message that was published, whoever subscribed. */
export interface Published {
  id: string;
  topicArn: string;
  /** Epoch ms. */
  at: number;
  message: string;
  subject?: string;
}

/** What a mailbox would have got. */
export interface Email extends Published {
  to: string;
}

/** SNS, with what tests and demos may look at. */
export interface SnsService extends Service {
  published: Published[];
  emails: Email[];
}

const missing = (what: string) => new AwsError('NotFound', `${what} does not exist`, 404);
const invalid = (reason: string) => new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);

/** A message may have 256 KB (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). */
const maxMessageBytes = 262_144;

/** SNS as far as notices need it: topics, subscriptions of e-mail addresses, queues and functions. E-mails are kept, not sent. */
export function createSns(core: Core): SnsService {
  const topicsOf = perRegion(() => new Map<string, Topic>());
  const subscriptions = new Map<string, Subscription>();
  const published: Published[] = [];
  const emails: Email[] = [];

  const findTopic = (arn: unknown): Topic | undefined => {
    const { account, region, rest } = parseArn(String(arn)) ?? { account: '', region: '', rest: '' };
    return topicsOf({ account, region }).get(rest);
  };
  const topicOf = ({ input }: Call): Topic => {
    const topic = findTopic(input.TopicArn ?? input.TargetArn);
    if (topic === undefined) throw missing('Topic');
    return topic;
  };
  const subscriptionsOf = (topic: Topic) =>
    [...subscriptions.values()].filter(({ topicArn }) => topicArn === topic.arn);

  return {
    name: 'sns',
    protocol: 'query',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    published,
    emails,
    permissions: (call) => [{ action: `sns:${call.operation}`, resource: resourceOf(call) }],
    resourcePolicy({ input }) {
      const policy = findTopic(input.TopicArn ?? input.TargetArn)?.attributes.Policy;
      return policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
    },
    operations: {
      CreateTopic(call) {
        const name = String(call.input.Name ?? '');
        if (!/^[\w-]{1,256}$/.test(name)) throw invalid('Topic Name');
        const arn = `arn:aws:sns:${call.region}:${call.account}:${name}`;
        const topics = topicsOf(call);
        const topic = topics.get(name) ?? { name, arn, attributes: {} };
        Object.assign(topic.attributes, call.input.Attributes);
        topics.set(name, topic);
        return { TopicArn: arn };
      },
      DeleteTopic(call) {
        const topic = findTopic(call.input.TopicArn);
        if (topic === undefined) return;
        for (const { arn } of subscriptionsOf(topic)) subscriptions.delete(arn);
        topicsOf(call).delete(topic.name);
      },
      ListTopics(call) {
        const { page: topics, ...next } = page([...topicsOf(call).values()], 100, call.input.NextToken);
        return { Topics: topics.map(({ arn }) => ({ TopicArn: arn })), ...next };
      },
      GetTopicAttributes(call) {
        const topic = topicOf(call);
        const confirmed = String(subscriptionsOf(topic).length);
        const all = {
          ...topic.attributes,
          TopicArn: topic.arn,
          Owner: call.account,
          SubscriptionsConfirmed: confirmed,
        };
        return { Attributes: new Map(Object.entries(all)) };
      },
      SetTopicAttributes(call) {
        topicOf(call).attributes[String(call.input.AttributeName)] = String(call.input.AttributeValue ?? '');
      },
      Subscribe(call) {
        const { Protocol = '', Endpoint = '' } = call.input as Record<string, string>;
        const topic = topicOf(call);
        if (!['email', 'email-json', 'sqs', 'lambda'].includes(Protocol)) throw invalid(`Protocol ${Protocol}`);
        const known = subscriptionsOf(topic).find((one) => one.protocol === Protocol && one.endpoint === Endpoint);
        const arn = known?.arn ?? `${topic.arn}:${core.random.uuid()}`;
        subscriptions.set(arn, {
          arn,
          topicArn: topic.arn,
          protocol: Protocol,
          endpoint: Endpoint,
          owner: call.account,
        });
        return { SubscriptionArn: arn };
      },
      Unsubscribe({ input }) {
        subscriptions.delete(String(input.SubscriptionArn));
      },
      ListSubscriptions: ({ account }) => ({
        Subscriptions: [...subscriptions.values()].filter(({ owner }) => owner === account).map(described),
      }),
      ListSubscriptionsByTopic: (call) => ({ Subscriptions: subscriptionsOf(topicOf(call)).map(described) }),
      Publish(call) {
        const topic = topicOf(call);
        const one = readMessage(core, call, topic.arn);
        published.push(one);
        for (const subscription of subscriptionsOf(topic)) {
          if (subscription.protocol.startsWith('email')) emails.push({ ...one, to: subscription.endpoint });
          else core.clock.at(core.clock.now(), () => void send(core, subscription, one));
        }
        return { MessageId: one.id };
      },
    },
  };
}

function resourceOf({ operation, input, account, region }: Call): string {
  if (operation === 'ListTopics' || operation === 'ListSubscriptions' || operation === 'Unsubscribe') return '*';
  if (operation === 'CreateTopic') return `arn:aws:sns:${region}:${account}:${input.Name}`;
  return String(input.TopicArn ?? input.TargetArn);
}

const described = ({ arn, topicArn, protocol, endpoint, owner }: Subscription) => ({
  SubscriptionArn: arn,
  Owner: owner,
  Protocol: protocol,
  Endpoint: endpoint,
  TopicArn: topicArn,
});

function readMessage({ clock, random }: Core, { input }: Call, topicArn: string): Published {
  const { Message = '', Subject } = input as Record<string, string>;
  if (Message === '') throw invalid('Empty message');
  if (Buffer.byteLength(Message) > maxMessageBytes) throw invalid('Message too long');
  // A subject is one line of up to 100 ASCII characters.
  if (Subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(Subject)) throw invalid('Subject');
  return {
    id: random.uuid(),
    topicArn,
    at: clock.now(),
    message: Message,
    ...(Subject !== undefined && { subject: Subject }),
  };
}

/** To a queue or a function, whose policy must let SNS in; what it refuses is lost, as at AWS without a dead-letter queue. */
async function send(core: Core, { endpoint, topicArn, owner, protocol }: Subscription, one: Published): Promise<void> {
  const service = 'sns.amazonaws.com';
  const caller = {
    account: owner,
    principalArn: service,
    arn: service,
    service,
    sourceArn: topicArn,
    sourceAccount: owner,
  };
  const notice = {
    Type: 'Notification',
    MessageId: one.id,
    TopicArn: topicArn,
    Subject: one.subject,
    Message: one.message,
    Timestamp: new Date(one.at).toISOString(),
  };
  const record = { EventSource: 'aws:sns', EventVersion: '1.0', Sns: notice };
  const payload = JSON.stringify(protocol === 'lambda' ? { Records: [record] } : notice);
  await sendToTarget(core, { targetArn: endpoint, payload, caller }).catch((error: unknown) => {
    if (!(error instanceof AwsError)) throw error;
  });
}
