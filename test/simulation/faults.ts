import { AwsError, type Call, ConnectionLost } from '../../local/service.ts';
import type { Moment } from '../support/worker.ts';
import { Chance } from './chance.ts';
import { allFaultKinds, type FaultKind } from './fault-kinds.ts';
import type { Story } from './story.ts';

/** Where a process could have died or stood still. */
export interface Point {
  /** `<process> point 17`, `<process> sleep 3`. */
  name: string;
  process: string;
  moment: Moment;
  /** What was sent. */
  operation?: string;
  at: number;
  /** How often the process had looked at its clock. */
  readings: number;
  /** What had taken effect at AWS until then. */
  effects: number;
  /** Faults are over: nothing goes wrong here. */
  isTooLate: boolean;
}

/** Says what goes wrong where, and remembers it. A place has a name, so that it is found again in a smaller story. */
export class Faults {
  readonly hits = Object.fromEntries(allFaultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  /** `<kind> at <place>`, in the order in which they happened. */
  readonly happened: string[] = [];
  /** Every point of every process, in the order in which they were passed. */
  readonly points: Point[] = [];
  /** How much has taken effect at AWS. */
  effects = 0;
  readonly chance: Chance;
  readonly #story: Story;
  readonly #only: Set<string> | undefined;
  readonly #isOver: () => boolean;

  constructor(story: Story, isOver: () => boolean) {
    this.#story = story;
    this.#isOver = isOver;
    this.#only = story.only && new Set(story.only);
    this.chance = new Chance(story.seed);
  }

  /** Whether this goes wrong here. */
  strikes(kind: FaultKind, place: string): boolean {
    const probability = this.#story.faults[kind];
    if (probability === undefined || this.#isOver()) return false;
    const name = `${kind} at ${place}`;
    const isHit = this.#only === undefined ? this.chance.isTrue(name, probability) : this.#only.has(name);
    if (isHit) this.note(kind, place);
    return isHit;
  }

  note(kind: FaultKind, place: string): void {
    this.hits[kind]++;
    this.happened.push(`${kind} at ${place}`);
  }

  /** A process goes by. */
  pass(point: Omit<Point, 'effects' | 'isTooLate'>): void {
    this.points.push({ ...point, effects: this.effects, isTooLate: this.#isOver() });
  }

  /** The first of several that strikes. */
  first(kinds: FaultKind[], place: string): FaultKind | undefined {
    return kinds.find((kind) => this.strikes(kind, place));
  }
}

const forAnyCall: FaultKind[] = [
  'throttle',
  'error500',
  'error500Applied',
  'timeout',
  'timeoutApplied',
  'reset',
  'resetApplied',
  'expiredCredentials',
];
const forCall: Record<string, FaultKind[]> = {
  CreateBackup: ['limitOfRate', 'limitOfTablesAtOnce', 'limitOfTables', ...forAnyCall],
  ListBackups: ['shortPage', ...forAnyCall],
  PutEvents: ['refusedEntries', ...forAnyCall],
};

const never = (): Promise<never> => new Promise(() => {});

const limits: Partial<Record<FaultKind, string>> = {
  limitOfRate: 'Up to 50 CreateBackup operations are allowed per second, per account.',
  limitOfTablesAtOnce: 'Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously',
  limitOfTables: 'Subscriber limit exceeded: There is a limit of 2500 tables per subscriber',
};

const refusals = {
  throttle: new AwsError('ThrottlingException', 'Rate exceeded'),
  expiredCredentials: new AwsError('ExpiredTokenException', 'The security token included in the request is expired'),
  error500: new AwsError('InternalServerError', 'Internal server error', 500),
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const refusalsOfS3: typeof refusals = {
  throttle: new AwsError('SlowDown', 'Please reduce your request rate.', 503),
  expiredCredentials: new AwsError('ExpiredToken', 'The provided token has expired.'),
  error500: new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500),
};

/** What AWS does with a call of the service: as it should, or one of the faults. */
export async function perform(faults: Faults, place: string, call: Call, effect: () => Promise<unknown>) {
  const kind = faults.first(forCall[call.operation] ?? forAnyCall, place);
  const refused = call.service === 's3' ? refusalsOfS3 : refusals;
  switch (kind) {
    case undefined:
      return effect();
    case 'throttle':
    case 'expiredCredentials':
    case 'error500':
      throw refused[kind];
    case 'reset':
      throw new ConnectionLost();
    case 'timeout':
      return never();
    case 'shortPage':
      call.input.Limit = 1;
      return effect();
    case 'refusedEntries':
      return refuseEntries(call, effect);
    case 'error500Applied':
      await effect();
      throw refused.error500;
    case 'resetApplied':
      await effect();
      throw new ConnectionLost();
    case 'timeoutApplied':
      await effect();
      return never();
    default:
      throw new AwsError('LimitExceededException', limits[kind] ?? '');
  }
}

/** All but the first entry are taken; a single one is refused. */
async function refuseEntries(call: Call, effect: () => Promise<unknown>): Promise<unknown> {
  const [, ...taken] = call.input.Entries as unknown[];
  const refused = { ErrorCode: 'InternalException', ErrorMessage: 'Not taken.' };
  if (taken.length === 0) return { FailedEntryCount: 1, Entries: [refused] };
  call.input.Entries = taken;
  const answer = (await effect()) as { Entries: unknown[] };
  return { FailedEntryCount: 1, Entries: [refused, ...answer.Entries] };
}
