import type { ExportRequest } from '../../events/export-request.ts';
import { iso } from '../clock.ts';
import { contentHash, type Mistake, type TaskState, taskKey } from '../task/task.ts';
import type { Key, World } from '../world.ts';
import { requestIdPrefix } from './chain/chain.ts';
import { secondOf } from './instants.ts';

/** What an export writes, and where: two that overlap would write the same changes twice, and both are paid. */
interface Span {
  /** Table, folder, and everything that makes the same instants other data: format, view, filter. */
  of: string;
  /** Epoch ms; of a full export both are its instant. */
  from: number;
  until: number;
  isFull: boolean;
  /** A chain joins its windows whatever else is in its folder: its readers follow its own objects. */
  isOfChain: boolean;
}

interface Claimed extends Pick<Span, 'from' | 'until'> {
  task: string;
}

/** The export that is in the way. */
export interface Overlap extends Claimed {
  requestId: string;
  state: TaskState;
}

const dayMs = 86_400_000;
/** AWS looks back 35 days: older instants cannot be asked for. */
const keptMs = 37 * dayMs;

/** Undefined of a full export of now: no other one is of the same instant. */
export function spanOf(
  { type = 'full', format = 'DYNAMODB_JSON', view, filter, destination, window, exportTime, requestId }: ExportRequest,
  { id }: { id: string },
): Span | undefined {
  const { bucket, prefix = '' } = destination;
  const images = type === 'full' ? undefined : (view ?? 'NEW_AND_OLD_IMAGES');
  const content = contentHash({ type, format, ...(images && { view: images }), ...(filter && { filter }) });
  const isOfChain = requestId?.startsWith(requestIdPrefix) === true;
  const of = `${id}#${bucket}/${prefix.replace(/\/$/, '')}#${content}`;
  if (window) return { of, from: secondOf(window.from), until: secondOf(window.until), isFull: false, isOfChain };
  if (exportTime === undefined) return undefined;
  return { of, from: secondOf(exportTime), until: secondOf(exportTime), isFull: true, isOfChain };
}

/**
 * One item for each UTC day that a span touches: two that overlap have an instant in common, and so a day. A window
 * touches two at most.
 */
function keysOf({ of, from, until }: Span): (Key & { day: number })[] {
  const first = Math.floor(from / dayMs);
  const last = Math.floor(Math.max(from, until - 1) / dayMs);
  const days = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * dayMs);
  return days.map((day) => ({ pk: `exported#${of}`, sk: iso(day).slice(0, 10), day }));
}

const isSameOrOverlaps = (mine: Span, other: Claimed): boolean =>
  mine.isFull ? mine.from === other.from : mine.from < other.until && other.from < mine.until;

/** A full export is in the way of its like while it runs; a window as long as it has not failed. */
const isInTheWay = ({ isFull }: Span, state: TaskState | undefined): state is TaskState =>
  state !== undefined && state !== 'FAILED' && !(isFull && state === 'COMPLETED');

async function firstInTheWay(
  { catalog }: World,
  mine: Span,
  task: string,
  claimed: Claimed[],
): Promise<Overlap | undefined> {
  if (mine.isOfChain) return undefined;
  for (const other of claimed) {
    if (other.task === task || !isSameOrOverlaps(mine, other)) continue;
    const { state, requestId } = (await catalog.get(taskKey(other.task))) ?? {};
    if (isInTheWay(mine, state as TaskState | undefined)) {
      return { ...other, requestId: String(requestId), state: state as TaskState };
    }
  }
  return undefined;
}

/** Only looks; who looks at the same time finds the same. */
export async function overlapOf(world: World, mine: Span, task: string): Promise<Overlap | undefined> {
  for (const { day: _day, ...key } of keysOf(mine)) {
    const claimed = ((await world.catalog.get(key))?.claimed ?? []) as Claimed[];
    const found = await firstInTheWay(world, mine, task, claimed);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Takes the span for the task: of two that overlap one gets it, whenever they come; again it is its own. */
export async function claim(world: World, mine: Span, task: string): Promise<Overlap | undefined> {
  for (const { day, ...key } of keysOf(mine)) {
    for (let isClaimed = false; !isClaimed; ) {
      const item = await world.catalog.get(key);
      const claimed = (item?.claimed ?? []) as Claimed[];
      if (claimed.some((other) => other.task === task)) break;
      const found = await firstInTheWay(world, mine, task, claimed);
      if (found !== undefined) return found;
      const version = Number(item?.version ?? 0);
      const next = [...claimed, { task, from: mine.from, until: mine.until }];
      const ttl = Math.ceil((day + keptMs) / 1000);
      const unless = version === 0 ? 'attribute_not_exists(pk)' : 'version = :version';
      const condition = { condition: unless, ...(version > 0 && { values: { ':version': version } }) };
      isClaimed = (await world.catalog.put({ ...key, claimed: next, version: version + 1, ttl }, condition)).done;
    }
  }
  return undefined;
}

/** What to say of it, and what to do. */
export function mistakeOfOverlap({ task, requestId, from, until, state }: Overlap, folder: string): Mistake {
  const elsewhere = 'give another destination.prefix';
  const who = `${task} (request ${requestId})`;
  if (from === until) {
    const problem = `${who} is writing this very export to ${folder}.`;
    return { field: 'exportTime', problem, remedy: `Wait for that one, or ${elsewhere}.` };
  }
  const window = `${state === 'COMPLETED' ? 'has written' : 'is writing'} ${iso(from)} to ${iso(until)}`;
  return {
    field: 'window',
    problem: `It overlaps another export of the same: ${who} ${window} to ${folder}.`,
    remedy: `Begin at ${iso(until)}, or end at ${iso(from)}; to have the same changes twice, ${elsewhere}.`,
  };
}
