import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { Contract, DetailOf } from '../events/contract.ts';
import { PermanentError } from './errors.ts';

z.config(en());

/** What a function takes: events of these contracts, and, by `serverless invoke` or a schedule, this. */
export interface Door {
  events: readonly Contract<unknown>[];
  bare?: z.ZodMiniType;
}

/** Where an event comes from. */
export interface Envelope {
  id: string;
  account: string;
  /** Whoever put it says so; `tablekeep.api` only our API can say. */
  source: string;
  /** Epoch ms. */
  at: number;
  isReplayed: boolean;
}

/** What came in, already checked. `type` tells events apart; what is `bare` came without an envelope. */
export type Received<Opened extends Door> =
  | EventOf<Opened['events'][number]>
  | (Opened['bare'] extends z.ZodMiniType ? { type: 'bare'; detail: z.infer<Opened['bare']> } : never);

type EventOf<Any> =
  Any extends Contract<unknown> ? { type: Any['type']; detail: DetailOf<Any>; envelope: Envelope } : never;

const envelope = z.object({
  id: z.string(),
  account: z.string(),
  source: z.string(),
  time: z.iso.datetime(),
  'detail-type': z.string(),
  detail: z.unknown(),
  'replay-name': z.optional(z.string()),
});

/** Reads an event; throws a PermanentError that names the field and the remedy. */
export function receive<Opened extends Door>(door: Opened, event: unknown): Received<Opened> {
  const isEvent = typeof event === 'object' && event !== null && 'detail-type' in event;
  return (isEvent ? readEvent(door, event) : readBare(door, event)) as Received<Opened>;
}

function readEvent({ events }: Door, event: object) {
  const { id, account, source, time, 'detail-type': type, detail, ...rest } = read('The event', envelope, event);
  const contract = events.find((other) => other.type === type);
  if (contract === undefined) {
    const taken = events.map((other) => `"${other.type}"`).join(', ');
    throw new PermanentError(`"${type}" is not for this function; send one of ${taken}.`);
  }
  return {
    type,
    detail: read(`"${type}"`, contract.detail, detail),
    envelope: { id, account, source, at: Date.parse(time), isReplayed: rest['replay-name'] !== undefined },
  };
}

function readBare({ events, bare }: Door, event: unknown) {
  if (bare === undefined) {
    throw new PermanentError(`This function takes events only: ${events.map((other) => other.type).join(', ')}.`);
  }
  return { type: 'bare', detail: read('The input', bare, event) };
}

function read<T>(what: string, schema: z.ZodMiniType<T>, value: unknown): T {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  throw new PermanentError(
    `${what} is not right: ${result.error.issues.flatMap(closestIssues).map(sentence).join('; ')}.`,
  );
}

type Issue = z.core.$ZodIssue;

/** Of several allowed forms, speaks of the one that the value comes closest to. */
export function closestIssues(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const forms = issue.errors.map((issues) => issues.flatMap(closestIssues));
  const best = forms.sort((a, b) => a.length - b.length)[0] ?? [];
  return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function sentence({ path, message, ...issue }: Issue): string {
  const isMissing = issue.code === 'invalid_type' && path.length > 0 && issue.input === undefined;
  const remedy = message.startsWith('Invalid input') ? 'give it' : message;
  const said = isMissing ? `is missing, ${remedy}` : message;
  return path.length === 0 ? said : `${path.join('.')}: ${said}`;
}
