import { OutdatedError } from '../packed.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import type { Backup } from '../run.ts';
import { newestCapture } from '../settings/store.ts';
import type { Target } from '../target.ts';
import type { Mistake } from '../task/task.ts';
import { eachOf } from './each.ts';
import { knownPartitions, knownTargets, type Reader } from './known.ts';
import { inOrder, type Row } from './merge.ts';
import { type Asked, compareBy, cursorAt, orderOf, type Place, placeIn, placeOf, type Sort } from './order.ts';
import { type Partition, readPartitions, type Stamps, stampsOf } from './partitions.ts';
import { backupsOfTable, bySize, byTime } from './sources.ts';

/** Which restore points, in which order, from where on. All filters must fit. */
export interface PointQuery {
  tableId?: string;
  /** Of the backups and of their tables: for us the same account. */
  accounts?: string[];
  /** Later ones break ties of those before; none: newest first. */
  sort?: Sort[];
  /** Rows left out at the beginning, at most 10,000; not together with a cursor. */
  offset?: number;
  /** At most 1,000, which is what -1 means; default 100. */
  limit?: number;
  /** `next` of the page before, which had the same order and filters. */
  cursor?: string;
}

/** Some restore points in order. */
export interface PointPage {
  points: Backup[];
  totalCount: number;
  /** Epoch ms: since when it may have changed; absent when it is exact. */
  totalCountAsOf?: number;
  /** Cursor of the next page, if there is one. */
  next?: string;
}

export const largestPage = 1000;
export const largestOffset = 10_000;
const usualPage = 100;

/** CREATING and AVAILABLE backups of all plans and targets, in an order that is always exact. */
export async function listPoints(world: Reader, query: PointQuery): Promise<PointPage | { mistakes: Mistake[] }> {
  const { tableId, accounts = [], sort = [], offset = 0, limit = usualPage, cursor } = query;
  const asked: Asked = { sort, tableId, accounts: accounts.toSorted() };
  const after = cursor === undefined ? undefined : placeIn(asked, cursor);
  const mistakes = mistakesIn(query, after);
  if (mistakes.length > 0) return { mistakes };
  const size = limit === -1 ? largestPage : limit;
  const from = { after: after as Place | undefined, wanted: offset + size + 1 };
  const rows = await readAgain((isTrusted) => rowsOf(world, asked, from, isTrusted));
  return pageOf(rows, { asked, offset, limit: size });
}

function mistakesIn(
  { sort = [], offset = 0, limit = usualPage, cursor }: PointQuery,
  after: ReturnType<typeof placeIn> | undefined,
) {
  const mistakes: Mistake[] = [];
  const refuse = (field: string, problem: string, remedy: string) => mistakes.push({ field, problem, remedy });
  const columns = sort.map((one) => one.replace(/(Asc|Desc)$/, ''));
  if (new Set(columns).size < columns.length) refuse('Sort', 'A column is named twice.', 'Name each once.');
  if (!Number.isInteger(limit) || limit < -1 || limit === 0 || limit > largestPage)
    refuse('Limit', `A page has 1 to ${largestPage} restore points.`, `Write such a number, or -1 for ${largestPage}.`);
  if (!Number.isInteger(offset) || offset < 0 || offset > largestOffset)
    refuse('Offset', `It is from 0 to ${largestOffset}.`, 'Go further by the cursor in _links.next.');
  if (cursor !== undefined && offset > 0)
    refuse('Offset', 'A cursor says already where the page begins.', 'Give one of the two.');
  if (after !== undefined && 'problem' in after)
    refuse('Cursor', after.problem, 'Take it from _links.next of the page before, with the same Sort and filters.');
  return mistakes;
}

/** What the rows of a page are taken from. */
interface Rows {
  rows: AsyncIterable<Row> | Row[];
  totalCount: number;
  totalCountAsOf?: number;
}

/** A directory that was written in the middle is read again; one that cannot be read at all is done without. */
async function readAgain<T>(read: (isTrusted: boolean) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read(tries < 4);
    } catch (error) {
      if (!(error instanceof OutdatedError)) throw error;
    }
  }
}

async function pageOf(
  { rows, ...counts }: Rows,
  { asked, offset, limit }: { asked: Asked; offset: number; limit: number },
): Promise<PointPage> {
  const page: Row[] = [];
  let skipped = 0;
  let isMore = false;
  for await (const row of rows) {
    if (skipped < offset) skipped++;
    else if (page.length < limit) page.push(row);
    else {
      isMore = true;
      break;
    }
  }
  const last = page.at(-1);
  return {
    points: page.map(({ backup }) => backup),
    ...counts,
    ...(isMore && last && { next: cursorAt(asked, last.place) }),
  };
}

async function rowsOf(
  world: Reader,
  asked: Asked,
  { after, wanted }: { after: Place | undefined; wanted: number },
  isTrusted: boolean,
): Promise<Rows> {
  const { tableId, accounts, sort } = asked;
  const targets = (await knownTargets(world)).filter(isWanted(accounts));
  const order = orderOf(sort);
  const compare = compareBy(order);
  if (tableId !== undefined) {
    const partitions = await readPartitions(world, await partitionsOfTable(world, tableId, targets), isTrusted);
    const all = (await backupsOfTable(world, partitions, tableId)).map((backup) => ({
      backup,
      place: placeOf(backup),
    }));
    const left = all.filter(({ place }) => after === undefined || compare(place, after) > 0);
    return { rows: left.sort((a, b) => compare(a.place, b.place)), totalCount: all.length };
  }
  const partitions = await readPartitions(world, await knownPartitions(world, targets), isTrusted);
  const stamps = await stampsOf(world, partitions);
  const first = order.find(({ column }) => column === 'size' || column === 'createdAt');
  const rows =
    first?.column === 'size'
      ? inOrder(await bySize(world, stamps, order), compare, wanted, after)
      : inOrder(byTime(world, stamps, order), compare, wanted, after);
  return { rows, ...countOf(stamps, world.clock.now()) };
}

const isWanted =
  (accounts: string[]) =>
  ({ account }: Target): boolean =>
    accounts.every((wanted) => wanted === account);

/** By its capture, where one was made; else it may be anywhere. */
async function partitionsOfTable(world: Reader, tableId: string, targets: Target[]): Promise<PlanInTarget[]> {
  const captures = await eachOf(targets, 20, (target) => newestCapture(world, target, tableId));
  const captured = targets.filter((_, index) => captures[index] !== undefined);
  return knownPartitions(world, captured.length > 0 ? captured : targets);
}

/** What the directories say, and the runs since: what was deleted after them is still in it. */
function countOf(stamps: Map<Partition, Stamps>, now: number): Pick<PointPage, 'totalCount' | 'totalCountAsOf'> {
  let totalCount = 0;
  let totalCountAsOf = now;
  for (const [{ directory, fresh }, { counts }] of stamps) {
    totalCount += directory?.count ?? 0;
    totalCountAsOf = Math.min(totalCountAsOf, directory?.at ?? now);
    for (const { stamp, count } of fresh) totalCount += Math.max(0, count - (counts.get(stamp) ?? 0));
  }
  return { totalCount, totalCountAsOf };
}
