import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { AwsError } from '../service.ts';
import { type MessageAttributes, md5, md5OfAttributes } from './md5.ts';

/** A message as it lies in its queue. Instants are epoch ms. */
export interface Message {
  id: string;
  body: string;
  attributes: MessageAttributes;
  senderId: string;
  sentAt: number;
  /** Not to be received before: delayed, or taken by somebody. */
  hiddenUntil: number;
  receives: number;
  firstReceivedAt?: number;
  /** Of the last receive: only that one deletes. */
  receipt?: string;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const defaults: Record<string, string> = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
};

const settable = new Set([...Object.keys(defaults), 'Policy', 'RedrivePolicy', 'KmsMasterKeyId', 'RedriveAllowPolicy']);

/** One standard queue: messages in the order sent, each for whoever receives it first. */
export class Queue {
  readonly arn: string;
  readonly url: string;
  readonly attributes: Record<string, string> = { ...defaults };
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #createdAt: number;
  #modifiedAt: number;
  #messages: Message[] = [];
  #waiting = new Set<() => void>();

  constructor(arn: string, url: string, clock: Clock, random: Random) {
    this.arn = arn;
    this.url = url;
    this.#clock = clock;
    this.#random = random;
    this.#createdAt = this.#modifiedAt = clock.now();
  }

  /** An attribute set to an empty string is taken away. */
  set(attributes: Record<string, string>): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (!settable.has(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
      if (name === 'Policy' && value !== '') checkPolicy(value);
      if (value === '' && defaults[name] === undefined) delete this.attributes[name];
      else this.attributes[name] = value;
    }
    this.#modifiedAt = this.#clock.now();
  }

  send(body: string, attributes: MessageAttributes, senderId: string, delaySeconds?: number) {
    if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
    const limit = Number(this.attributes.MaximumMessageSize);
    if (Buffer.byteLength(body) > limit) {
      const reason = `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`;
      throw new AwsError('InvalidParameterValue', reason);
    }
    const sentAt = this.#clock.now();
    const hiddenUntil = sentAt + (delaySeconds ?? Number(this.attributes.DelaySeconds)) * 1000;
    const message = { id: this.#random.uuid(), body, attributes, senderId, sentAt, hiddenUntil, receives: 0 };
    this.#messages.push(message);
    for (const wake of this.#waiting) wake();
    const hasAttributes = Object.keys(attributes).length > 0;
    return {
      MessageId: message.id,
      MD5OfMessageBody: md5(body),
      ...(hasAttributes && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
    };
  }

  /** Up to `count` messages, hidden from others for the visibility timeout; waits for the first one if asked to. */
  async receive(count: number, waitSeconds?: number, visibilitySeconds?: number): Promise<Message[]> {
    const until = this.#clock.now() + (waitSeconds ?? Number(this.attributes.ReceiveMessageWaitTimeSeconds)) * 1000;
    while (this.#visible().length === 0 && this.#clock.now() < until) await this.#sentOr(until);
    const now = this.#clock.now();
    const hiddenUntil = now + (visibilitySeconds ?? Number(this.attributes.VisibilityTimeout)) * 1000;
    return this.#visible()
      .slice(0, count)
      .map((message) => {
        message.firstReceivedAt ??= now;
        return Object.assign(message, { hiddenUntil, receives: message.receives + 1, receipt: this.#random.hex(64) });
      });
  }

  /** A receipt of an earlier receive is taken and deletes nothing, as AWS does for a message received again since. */
  delete(receipt: string): void {
    if (!/^[0-9a-f]{64}$/.test(receipt)) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${receipt}" is not a valid receipt handle.`,
      );
    }
    this.#messages = this.#messages.filter((message) => message.receipt !== receipt);
  }

  purge(): void {
    this.#messages = [];
  }

  /** All attributes, the computed ones included. */
  all(): Record<string, string> {
    const messages = this.#living();
    const now = this.#clock.now();
    const hidden = messages.filter((message) => message.hiddenUntil > now);
    const delayed = hidden.filter((message) => message.receives === 0).length;
    return {
      ...this.attributes,
      QueueArn: this.arn,
      ApproximateNumberOfMessages: String(messages.length - hidden.length),
      ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      CreatedTimestamp: String(Math.floor(this.#createdAt / 1000)),
      LastModifiedTimestamp: String(Math.floor(this.#modifiedAt / 1000)),
    };
  }

  #living(): Message[] {
    const oldest = this.#clock.now() - Number(this.attributes.MessageRetentionPeriod) * 1000;
    this.#messages = this.#messages.filter((message) => message.sentAt > oldest);
    return this.#messages;
  }

  #visible(): Message[] {
    const now = this.#clock.now();
    return this.#living().filter((message) => message.hiddenUntil <= now);
  }

  /** Until something was sent, a message becomes visible again, or `until` has come. */
  async #sentOr(until: number): Promise<void> {
    const next = Math.min(until, ...this.#living().map((message) => message.hiddenUntil));
    await new Promise<void>((wake) => {
      const cancel = this.#clock.at(next, () => sent());
      const sent = () => {
        cancel();
        this.#waiting.delete(sent);
        wake();
      };
      this.#waiting.add(sent);
    });
  }
}

function checkPolicy(policy: string): void {
  try {
    JSON.parse(policy);
  } catch {
    throw new AwsError('InvalidAttributeValue', 'Invalid value for the parameter Policy.');
  }
}
