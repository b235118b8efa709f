import { AwsError, type Call } from '../service.ts';
import { parseArn, perRegion } from '../state.ts';

export interface Topic {
  name: string;
  arn: string;
  attributes: Record<string, string>;
}

export interface Subscription {
  arn: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  owner: string;
}

/** The topics and subscriptions of all accounts and Regions. */
export class Topics {
  readonly #of = perRegion(() => new Map<string, Topic>());
  readonly #subscriptions = new Map<string, Subscription>();

  all(call: Call): Topic[] {
    return [...this.#of(call).values()];
  }

  /** The topic of that name, made if there is none. */
  put(call: Call, name: string): Topic {
    const arn = `arn:aws:sns:${call.region}:${call.account}:${name}`;
    const topic = this.#of(call).get(name) ?? { name, arn, attributes: {} };
    this.#of(call).set(name, topic);
    return topic;
  }

  find({ TopicArn, TargetArn }: Record<string, unknown>): Topic | undefined {
    const { account, region, rest } = parseArn(String(TopicArn ?? TargetArn)) ?? { account: '', region: '', rest: '' };
    return this.#of({ account, region }).get(rest);
  }

  /** Throws NotFound. */
  get({ input }: Call): Topic {
    const topic = this.find(input);
    if (topic === undefined) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  /** With its subscriptions. */
  remove(call: Call, topic: Topic): void {
    for (const { arn } of this.subscriptionsOf(topic)) this.#subscriptions.delete(arn);
    this.#of(call).delete(topic.name);
  }

  subscriptions(): Subscription[] {
    return [...this.#subscriptions.values()];
  }

  subscriptionsOf(topic: Topic): Subscription[] {
    return this.subscriptions().filter(({ topicArn }) => topicArn === topic.arn);
  }

  subscribe(subscription: Subscription): void {
    this.#subscriptions.set(subscription.arn, subscription);
  }

  unsubscribe(arn: string): void {
    this.#subscriptions.delete(arn);
  }
}
