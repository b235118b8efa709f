import type { RetryPolicy } from '../delivery/retry.ts';
import { AwsError, type Call, type PolicyDocument } from '../service.ts';
import { parseArn, perRegion } from '../state.ts';
import type { Envelope } from './envelope.ts';
import type { InputChoice } from './input.ts';

export interface Target extends InputChoice {
  Id: string;
  Arn: string;
  RoleArn?: string;
  RetryPolicy?: RetryPolicy;
  DeadLetterConfig?: { Arn?: string };
  SqsParameters?: { MessageGroupId?: string };
}

export interface Rule {
  name: string;
  arn: string;
  busName: string;
  state: 'ENABLED' | 'DISABLED';
  eventPattern?: string;
  matches?: (event: Record<string, unknown>) => boolean;
  scheduleExpression?: string;
  /** Ends its schedule. */
  stop?: () => void;
  description?: string;
  roleArn?: string;
  targets: Map<string, Target>;
}

export interface Bus {
  name: string;
  arn: string;
  account: string;
  region: string;
  /** Epoch ms. */
  createdAt: number;
  modifiedAt: number;
  description?: string;
  policy?: PolicyDocument;
  rules: Map<string, Rule>;
}

export type Place = { account: string; region: string };

/** The buses of all accounts and Regions; each has one named `default` from the start. */
export class Buses {
  readonly #of: (place: Place) => Map<string, Bus>;

  constructor(now: () => number) {
    this.#of = perRegion((account, region) => new Map([['default', newBus('default', { account, region }, now())]]));
  }

  all(place: Place): Map<string, Bus> {
    return this.#of(place);
  }

  /** By name in that account and Region, or by ARN wherever it is. */
  find(place: Place, nameOrArn: unknown): Bus | undefined {
    const { account, region, name } = this.address(place, nameOrArn);
    return this.#of({ account, region }).get(name);
  }

  /** Throws ResourceNotFoundException. */
  get(place: Place, nameOrArn: unknown): Bus {
    const bus = this.find(place, nameOrArn);
    if (bus !== undefined) return bus;
    throw notFound(`Event bus ${this.address(place, nameOrArn).name} does not exist.`);
  }

  /** Throws ResourceNotFoundException. */
  rule(call: Call, name: unknown): Rule {
    const bus = this.get(call, call.input.EventBusName);
    const rule = bus.rules.get(String(name));
    if (rule !== undefined) return rule;
    throw notFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
  }

  address({ account, region }: Place, nameOrArn: unknown): Place & { name: string; arn: string } {
    const text = String(nameOrArn ?? 'default');
    const arn = parseArn(text);
    if (arn === undefined) return { account, region, name: text, arn: busArn(text, { account, region }) };
    return { account: arn.account, region: arn.region, name: arn.rest.replace('event-bus/', ''), arn: text };
  }
}

export const busArn = (name: string, { account, region }: Place): string =>
  `arn:aws:events:${region}:${account}:event-bus/${name}`;

/** Rules of the default bus are named without it. */
export const ruleArn = (name: string, busName: string, { account, region }: Place): string =>
  `arn:aws:events:${region}:${account}:rule/${busName === 'default' ? '' : `${busName}/`}${name}`;

export function newBus(name: string, place: Place, now: number, description?: string): Bus {
  return {
    name,
    arn: busArn(name, place),
    ...place,
    createdAt: now,
    modifiedAt: now,
    rules: new Map(),
    ...(description !== undefined && { description }),
  };
}

export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);

/** What a rule does with an event of its bus. */
export type Deliver = (bus: Bus, rule: Rule, event: Envelope) => void;
