import { sendToTarget } from '../delivery/target.ts';
import { AwsError, type Call, ConnectionLost, type Core } from '../service.ts';
import type { Subscription } from './topics.ts';

/** A message that was published, whoever subscribed. */
export interface Published {
  id: string;
  topicArn: string;
  /** Epoch ms. */
  at: number;
  message: string;
  subject?: string;
}

export const invalid = (reason: string) => new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);

/** A message may have 256 KB (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). */
const maxMessageBytes = 262_144;

/** Throws InvalidParameter. A subject is one line of up to 100 ASCII characters. */
export function readMessage({ clock, random }: Core, { input }: Call, topicArn: string): Published {
  const { Message = '', Subject } = input as Record<string, string>;
  if (Message === '') throw invalid('Empty message');
  if (Buffer.byteLength(Message) > maxMessageBytes) throw invalid('Message too long');
  if (Subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(Subject)) throw invalid('Subject');
  const one = { id: random.uuid(), topicArn, at: clock.now(), message: Message };
  return Subject === undefined ? one : { ...one, subject: Subject };
}

/** To a queue or a function whose policy lets SNS in; what it refuses is lost, as at AWS without a dead-letter queue. */
export async function sendTo(core: Core, { endpoint, topicArn, owner, protocol }: Subscription, one: Published) {
  const service = 'sns.amazonaws.com';
  const source = { sourceArn: topicArn, sourceAccount: owner };
  const caller = { account: owner, principalArn: service, arn: service, service, ...source };
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
  try {
    await sendToTarget(core, { targetArn: endpoint, payload, caller });
  } catch (error) {
    if (!(error instanceof AwsError || error instanceof ConnectionLost)) throw error;
  }
}
