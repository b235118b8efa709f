import { cursorOf, readCursor } from '../cursor.ts';
import { backupFrom, ledgerOf, runFrom, runsOf } from '../ledger.ts';
import { parseRunId, stampOf } from '../names.ts';
import { OutdatedError, packedFrom, readPieces } from '../packed.ts';
import { eachOf } from '../points/each.ts';
import { pointId } from '../points/id.ts';
import { knownPartitions, type Reader } from '../points/known.ts';
import type { Run } from '../run.ts';
import { type Target, targetKey } from '../target.ts';
import type { Item } from '../world.ts';
import { byTime, type End, endsOf, tieOf } from './ends.ts';
import { type Contents, evidenceKey, reportKey } from './keep-evidence.ts';

/** What came of one backup on a day. */
export interface Evidence extends Omit<End, 'isDuplicate'> {
  pointId: string;
}

export interface EvidencePage {
  evidence: Evidence[];
  /** True: the day is over and was written down; else what the ledger says of its runs until now, without what was deleted. */
  isFinal: boolean;
  totalCount: number;
  next?: string;
}

const dayMs = 86_400_000;

/** The ends of a day (`2026-01-31`, UTC) in order of time. `undefined`: the date or the cursor is none. */
export async function evidenceOf(
  world: Reader,
  target: Target,
  date: string,
  { limit = 100, cursor }: { limit?: number; cursor?: string },
): Promise<EvidencePage | undefined> {
  if (!isDate(date)) return undefined;
  const asked = ['evidence', targetKey(target), date];
  const read = cursor === undefined ? { place: undefined } : readCursor<[number, string]>(asked, cursor, [0, '']);
  if ('problem' in read) return undefined;
  const after = read.place;
  const item = await world.catalog.get(evidenceKey(target, date));
  const found = item === undefined ? await ofLedger(world, target, date) : await written(world, item, after, limit);
  const left = found.evidence.filter((one) => after === undefined || isAfter(one, after));
  const page = left.slice(0, limit);
  const last = left.length > limit ? page.at(-1) : undefined;
  return {
    evidence: page.map(evidenceFrom),
    isFinal: item !== undefined,
    totalCount: found.count,
    ...(last && { next: cursorOf(asked, [last.at, tieOf(last)]) }),
  };
}

function evidenceFrom({ isDuplicate, ...end }: End): Evidence {
  const { backupId, tableId, backupArn } = end;
  const run = parseRunId(backupId);
  const named = { ...run, tableId, ...(isDuplicate && { isDuplicate }), ...(backupArn !== undefined && { backupArn }) };
  return { ...end, pointId: pointId(named) };
}

const isDate = (date: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) && new Date(`${date}T00:00Z`).toJSON()?.startsWith(date) === true;

const isAfter = (one: End, [at, tie]: [number, string]): boolean => one.at > at || (one.at === at && tieOf(one) > tie);

/** From the piece on in which the page begins, so many pieces as it needs. */
async function written({ catalog }: Reader, item: Item, after: [number, string] | undefined, limit: number) {
  const packed = packedFrom(item);
  const { count, firstAt } = packed.head as unknown as Contents;
  const evidence: End[] = [];
  // What happened at once may be in two pieces.
  const start = Math.max(
    0,
    firstAt.findLastIndex((at) => at < (after?.[0] ?? 0)),
  );
  const left = () => evidence.filter((one) => after === undefined || isAfter(one, after)).length;
  for (let index = start; index < firstAt.length && left() <= limit; index++) {
    const [piece] = await readPieces<End[]>(catalog, [{ packed, index }]);
    if (piece === undefined) throw new OutdatedError('The evidence of that day is being written; ask again.');
    evidence.push(...piece);
  }
  return { evidence, count };
}

/** No plan has a longer deadline (deploy/plans/rules.ts). */
const longestRunMs = 7 * dayMs;

async function ofLedger(world: Reader, target: Target, date: string): Promise<{ evidence: End[]; count: number }> {
  const from = Date.parse(date);
  const partitions = await knownPartitions(world, [target]);
  const runs: Run[] = [];
  for (const of of partitions) {
    const { pk, prefix } = runsOf(of);
    const range = { from: `${prefix}${stampOf(from - longestRunMs)}`, until: `${prefix}${stampOf(from + dayMs)}` };
    for await (const item of world.catalog.query({ pk, prefix, ...range })) {
      const run = runFrom(item);
      if (run.state !== 'SKIPPED' && (run.endedAt ?? from) >= from) runs.push(run);
    }
  }
  const ends = await eachOf(runs, 8, async (run) => {
    const ofRun: End[] = [];
    for await (const item of world.catalog.query(ledgerOf(run))) ofRun.push(...endsOf(backupFrom(item)));
    return ofRun.filter(({ at, what }) => at >= from && at < from + dayMs && what !== 'deleted' && what !== 'vanished');
  });
  const evidence = ends.flat().sort(byTime);
  return { evidence, count: evidence.length };
}

/** What the report of that day said (Protection Report), in which the day before is counted. */
export async function dayReport(world: Reader, target: Target, date: string): Promise<Item | undefined> {
  if (!isDate(date)) return undefined;
  const { pk, sk, ttl, ...report } = (await world.catalog.get(reportKey(target, date))) ?? {};
  return pk === undefined ? undefined : report;
}
