import { createHash } from 'node:crypto';
import type { ExportRequest } from '../../../events/export-request.ts';
import { LeaseLost } from '../../lease.ts';
import { type Target, targetKey } from '../../target.ts';
import type { Item, Key, World } from '../../world.ts';
import type { ChainLink } from '../chain-link.ts';

/** Exports of plans.yml in one account and Region: what one round is of. */
export interface Round {
  target: Target;
  plan: string;
}

/** A full export, or the windows up to an instant, that somebody asks for at a time of a table. */
export interface Step {
  kind: 'full' | 'window';
  /** Of a window. */
  from?: number;
  /** The instant of a full export, the end of a window. */
  until: number;
  attempt: number;
  mode: Chain['mode'];
  /** Of the table, as it was found. */
  arn: string;
  keys: ChainLink['table']['keys'];
  /** Word for word what was or will be asked: the same request is the same export. */
  request: ExportRequest & { requestId: string };
  /** Why the chain begins here. */
  reason?: string;
}

/** The exports of one table by one plan. Instants are epoch ms. */
export interface Chain {
  table: { name: string; id: string };
  /** Since when the plan means the table. */
  since: number;
  mode: 'full' | 'incremental';
  /** Where all of it is; those of the full export it began with. */
  bucket?: string;
  prefix?: string;
  format?: 'DYNAMODB_JSON' | 'ION';
  /** Id of the full export. */
  fullExport?: string;
  /** Of the newest object in the bucket. */
  n?: number;
  /** The last complete instant. */
  until?: number;
  lookedAt?: number;
  /** How far behind that was then. */
  lagSeconds?: number;
  /** What is on its way. */
  step?: Step;
  /** How often the next export has been tried. */
  attempts?: number;
  /** Of AWS itself, in a row, of one window. */
  failures?: number;
  /** Why the chain cannot go on: the next export is a full one. */
  lost?: string;
  /** Exports that failed in a round. */
  failedFor?: { goal: number; times: number };
  /** Nothing is to be looked at before. */
  retryAt?: number;
  /** All that a round up to this instant had to do is done, or given up. */
  settledFor?: number;
  /** Why nothing is exported at the moment. */
  trouble?: string;
  /** Why it ends, once what is on its way has come out. */
  endsAs?: string;
  /** The table is gone, or the plan does not mean it any more. */
  endedAt?: number;
  /** Rises with each write. */
  rev: number;
}

const pkOf = ({ target, plan }: Round): string => `exports#${targetKey(target)}#${plan}`;
const prefixOfChains = 'chain#';

export const chainKey = (round: Round, tableId: string): Key => ({
  pk: pkOf(round),
  sk: `${prefixOfChains}${tableId}`,
});

/** What the audit remembers of a table; not of the chain, which only rounds write. */
export const waitingKey = (round: Round, tableId: string): Key => ({ pk: pkOf(round), sk: `overdue#${tableId}` });

/** All chains of a plan in a target, also those that have ended. */
export async function chainsOf({ catalog }: Pick<World, 'catalog'>, round: Round): Promise<Chain[]> {
  const chains: Chain[] = [];
  for await (const item of catalog.query({ pk: pkOf(round), prefix: prefixOfChains })) chains.push(chainFrom(item));
  return chains;
}

const chainFrom = ({ pk: _pk, sk: _sk, ttl: _ttl, ...item }: Item): Chain => item as unknown as Chain;

/** A chain that has ended stays as long as a task: seconds. */
const keptSeconds = 400 * 86_400;

/**
 * Writes a chain as it is to be now.
 * @throws LeaseLost when another driver has written it since it was read.
 */
export async function writeChain(
  { catalog, clock }: World,
  round: Round,
  before: Chain,
  change: Partial<{ [Name in keyof Chain]: Chain[Name] | undefined }>,
): Promise<Chain> {
  const { rev } = before;
  const next = { ...before, ...change, rev: rev + 1 } as Chain;
  const now = clock.now();
  const lag = { lookedAt: now, lagSeconds: Math.round((now - (next.until ?? next.since)) / 1000) };
  const item = {
    ...chainKey(round, next.table.id),
    ...next,
    ...lag,
    ...(next.endedAt !== undefined && { ttl: Math.ceil(next.endedAt / 1000) + keptSeconds }),
  };
  const condition = rev === 0 ? 'attribute_not_exists(pk)' : 'rev = :rev';
  const written = await catalog.put(item, { condition, ...(rev > 0 && { values: { ':rev': rev } }) });
  if (!written.done) throw new LeaseLost(`Another goes on with the exports of ${before.table.name}.`);
  return chainFrom(item);
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** `exports/<plan>/full/20260131T020000Z/<hash>/1`: follows from what is exported, and how often it was tried. */
export function requestIdOf(
  { target, plan }: Round,
  tableId: string,
  { kind, from, until, attempt }: Pick<Step, 'kind' | 'from' | 'until' | 'attempt'>,
): string {
  const what = hash([targetKey(target), plan, tableId, from ?? ''].join('/'));
  const stamp = new Date(until).toISOString().replaceAll(/[-:]|\.000/g, '');
  return `exports/${plan}/${kind}/${stamp}/${what}/${attempt}`;
}

/** What a requestId of ours begins with: people are told of a round, not of each of its exports. */
export const requestIdPrefix = 'exports/';
