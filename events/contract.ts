import * as z from 'zod/mini';
import { accountPattern, planNamePattern, regionPattern, runIdText } from './patterns.ts';

/** `facts`: what happened, put by our functions only. `requests`: what somebody wishes, put by whom the deployment names. */
export type Bus = 'facts' | 'requests';

/** One kind of event: its name on the bus, its schema, and who has to do with it. */
export interface Contract<Detail> {
  /** The `detail-type`: Title Case with spaces. */
  type: string;
  bus: Bus;
  /** Functions (or people) that send it and that listen, and when it is sent: the rows of the README table. */
  sentBy: string;
  heardBy: string;
  when: string;
  detail: z.ZodMiniType<Detail>;
}

/** `source` of every event of ours. */
export const source = 'tablekeep';

/** `source` of the requests that our API puts for a signed caller; the bus takes it from the API's role only. */
export const apiSource = 'tablekeep.api';

/** An instant: ISO 8601 in UTC, as `new Date(ms).toISOString()` writes it. */
export const instant = z.iso
  .datetime('write an instant in UTC, as in 2026-01-31T02:00:00Z')
  .check(z.meta({ description: 'An instant, ISO 8601 in UTC' }));

const anAccount = 'write the 12 digits of an AWS account, in quotes';
export const account = z.string(anAccount).check(z.regex(accountPattern, anAccount));
const aRegion = 'write a Region, as in eu-central-1';
export const region = z.string(aRegion).check(z.regex(regionPattern, aRegion));
export const planName = z.string().check(z.regex(planNamePattern, 'write the name of a plan of plans.yml'));
const aTableName = 'write the name of a table: 3 to 255 letters, digits, _ . and -';
export const tableName = z.string(aTableName).check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, aTableName));
/** What a requester calls his request: the same id is the same task. */
const anId = 'write 1 to 128 letters, digits and . : / @ + - _';
export const requestId = z.string(anId).check(z.regex(/^[\w.:/@+-]{1,128}$/, anId));
/** `<account>/<region>/<plan>/<stamp>` */
export const runId = z
  .string()
  .check(z.regex(new RegExp(`^${runIdText}$`)), z.meta({ description: 'Account, Region, plan and stamp of the run' }));

/** What every fact carries. */
const everyFact = {
  /** Follows from what is told: the same fact told twice has the same id. */
  id: z.string().check(z.minLength(1), z.meta({ description: 'The same fact told twice has the same id' })),
  installation: z.string().check(z.regex(/^[a-z0-9]{8}$/)),
  /** When it happened, not when it was told. */
  at: instant,
  /** What a person should read: who, what, and what to do. */
  sentence: z.string().check(z.minLength(1)),
};

type Words = Pick<Contract<unknown>, 'sentBy' | 'heardBy' | 'when'>;

/** The contract of a fact: `shape` together with what every fact carries. */
export function fact<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  words: Words,
  shape: Shape,
) {
  return { type, bus: 'facts' as const, ...words, detail: z.object({ ...everyFact, ...shape }) };
}

/** The contract of a request. Unknown members are refused: a misspelt wish must not be half granted. */
export function request<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  words: Words,
  shape: Shape,
) {
  return { type, bus: 'requests' as const, ...words, detail: z.strictObject(shape) };
}

/** The detail that a contract describes. */
export type DetailOf<Any extends Contract<unknown>> = z.infer<Any['detail']>;
