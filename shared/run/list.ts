import { runIdText } from '../../events/patterns.ts';
import { cursorOf, readCursor } from '../cursor.ts';
import {
  backupFrom,
  backupKey,
  ledgerOf,
  runFrom,
  runKey,
  runsOf,
  type SelectionPage,
  selectionOf,
} from '../ledger.ts';
import { parseRunId } from '../names.ts';
import { knownPartitions, knownTargets, type Reader } from '../points/known.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import type { Backup, Run } from '../run.ts';
import { type Target, targetKey } from '../target.ts';
import type { Key } from '../world.ts';

export interface RunQuery {
  plan?: string;
  target?: Target;
  /** At most 1,000; default 100. */
  limit?: number;
  cursor?: string;
}

export interface RunPage {
  runs: Run[];
  next?: string;
}

const runKeyPattern = /^run#\d{8}T\d{6}Z(-[0-9a-f]{8})?$/;

/** Newest first. `undefined`: the cursor is not one of this query. */
export async function listRuns(world: Reader, query: RunQuery): Promise<RunPage | undefined> {
  const { plan, target, limit = 100, cursor } = query;
  const asked = ['runs', plan, target && targetKey(target)];
  const read = cursor === undefined ? undefined : readCursor<[string, string]>(asked, cursor, ['', '']);
  if (read !== undefined && ('problem' in read || !runKeyPattern.test(read.place[0]))) return undefined;
  const after = read && { sk: read.place[0], pk: read.place[1] };
  const targets = target === undefined ? await knownTargets(world) : [target];
  const partitions = await knownPartitions(world, targets);
  const wanted = partitions.filter((of) => plan === undefined || of.plan === plan);
  const runs: Run[] = [];
  for await (const run of newestFirst(world, wanted, limit + 1, after)) if (runs.push(run) > limit) break;
  const last = runs.length > limit ? runs[limit - 1] : undefined;
  return { runs: runs.slice(0, limit), ...(last && { next: cursorOf(asked, placeOf(last)) }) };
}

const placeOf = (run: Run): [string, string] => [runKey(run).sk, runKey(run).pk];

/** The newest of the partitions' next runs, one after the other. */
async function* newestFirst(world: Reader, partitions: PlanInTarget[], wanted: number, after: Key | undefined) {
  // As if they came from all of them alike; where they do not, more are read.
  const atOnce = Math.max(10, Math.ceil((2 * wanted) / Math.max(1, partitions.length)));
  const isBefore = (a: Run, b: Run) => (a.stamp === b.stamp ? runKey(a).pk < runKey(b).pk : a.stamp > b.stamp);
  const heads = await Promise.all(
    partitions.map(async (of) => {
      const runs = runsBackwards(world, of, atOnce, after);
      return { runs, next: (await runs.next()).value as Run | undefined };
    }),
  );
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next && (first?.next === undefined || isBefore(head.next, first.next))) first = head;
    }
    if (first?.next === undefined) return;
    yield first.next;
    first.next = (await first.runs.next()).value as Run | undefined;
  }
}

async function* runsBackwards(
  { catalog }: Reader,
  of: PlanInTarget,
  atOnce: number,
  after: Key | undefined,
): AsyncGenerator<Run, undefined> {
  const { pk, prefix } = runsOf(of);
  // In one second, partitions come in their order.
  const isOver = after !== undefined && pk <= after.pk;
  let last = after && { sk: after.sk, isOver };
  for (;;) {
    const until = last === undefined ? {} : { until: last.sk };
    let count = 0;
    for await (const item of catalog.query({
      pk,
      prefix,
      from: prefix,
      backwards: true,
      limit: atOnce + 1,
      ...until,
    })) {
      count++;
      const sk = String(item.sk);
      if (sk === last?.sk && last.isOver) continue;
      yield runFrom(item);
      last = { sk, isOver: true };
    }
    if (count <= atOnce) return undefined;
  }
}

const runIdPattern = new RegExp(`^${runIdText}$`);

/** Undefined for what is no id of a run, and when there is none. */
export async function readRun({ catalog }: Pick<Reader, 'catalog'>, id: string): Promise<Run | undefined> {
  if (!runIdPattern.test(id)) return undefined;
  const item = await catalog.get(runKey(parseRunId(id)));
  return item && runFrom(item);
}

export interface TablesOfRun {
  tables: Backup[];
  next?: string;
}

/**
 * A run's tables by their ids, with how far each is; those that were selected and not begun yet are PENDING. Those whose
 * backup was deleted long ago are not in the ledger any more. `undefined`: the cursor is not one of this run.
 */
export async function tablesOfRun(
  { catalog }: Pick<Reader, 'catalog'>,
  run: Run,
  { limit = 100, cursor }: { limit?: number; cursor?: string },
): Promise<TablesOfRun | undefined> {
  const asked = ['tables', runKey(run)];
  const read = cursor === undefined ? { place: [''] } : readCursor<[string]>(asked, cursor, ['']);
  if ('problem' in read) return undefined;
  const [after = ''] = read.place;
  const { pk, prefix } = ledgerOf(run);
  if (cursor !== undefined && !(after.startsWith(prefix) && /^[ -~]+$/.test(after))) return undefined;
  const tables: Backup[] = [];
  for await (const item of catalog.query({ pk, prefix, ...(after > prefix && { from: after }), limit: limit + 2 })) {
    if (String(item.sk) > after) tables.push(backupFrom(item));
  }
  if (run.endedAt === undefined) tables.push(...(await pendingOf(catalog, run, after)));
  const page = byKey(tables).slice(0, limit + 1);
  const last = page.length > limit ? page[limit - 1] : undefined;
  return { tables: page.slice(0, limit), ...(last && { next: cursorOf(asked, [backupKey(last).sk]) }) };
}

/** Each once, as the ledger has it: that comes first. */
function byKey(tables: Backup[]): Backup[] {
  const unique = new Map(tables.toReversed().map((table) => [backupKey(table).sk, table]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
}

async function pendingOf(catalog: Reader['catalog'], run: Run, after: string): Promise<Backup[]> {
  const { target, plan, stamp } = run;
  const pending: Backup[] = [];
  for await (const item of catalog.query(selectionOf(run))) {
    for (const { id, name } of (item as unknown as SelectionPage).tables) {
      const table = { target, plan, stamp, tableId: id, tableName: name, state: 'PENDING' as const, attempt: 0 };
      if (backupKey(table).sk > after) pending.push(table);
    }
  }
  return pending;
}
