import { iso } from '../clock.ts';
import { type Target, targetKey } from '../target.ts';
import type { Item, World } from '../world.ts';
import { taskKey } from './task.ts';

/** Tasks of which AWS runs so many at once, per account and Region. */
export interface Lane {
  name: 'restore' | 'export' | 'import';
  atOnce: number;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html */
export const restores: Lane = { name: 'restore', atOnce: 50 };

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
export const exportsToS3: Lane = { name: 'export', atOnce: 300 };

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html */
export const importsFromS3: Lane = { name: 'import', atOnce: 50 };

/** What waits in the catalog for one destination. */
export interface Queue {
  waiting: string[];
  running: string[];
}

/** Sorts by who goes first: what a person waits for before bulk, then the older request. */
export function ticket(task: { id: string; acceptedAt: number; priority: 'interactive' | 'bulk' }): string {
  return `${task.priority === 'interactive' ? 0 : 1}#${iso(task.acceptedAt)}#${task.id}`;
}

const taskOf = (ticketOfTask: string): string => ticketOfTask.split('#')[2] ?? '';

/** True when so many others go before that all of them and this one fit. */
export function isNext({ waiting, running }: Queue, mine: string, atOnce: number): boolean {
  const before = waiting.filter((other) => other < mine).length;
  return running.length + before < atOnce;
}

const keyOf = ({ name }: Lane, target: Target) => ({ pk: 'admission', sk: `${name}#${targetKey(target)}` });
const names = { '#waiting': 'waiting', '#running': 'running' };

const queueFrom = (item: Item | undefined): Queue => ({
  waiting: [...((item?.waiting as Set<string> | undefined) ?? [])].sort(),
  running: [...((item?.running as Set<string> | undefined) ?? [])],
});

/** How many run there, and how many wait. */
export async function queueOf(
  { catalog }: World,
  lane: Lane,
  target: Target,
): Promise<{ running: number; waiting: number }> {
  const { running, waiting } = queueFrom(await catalog.get(keyOf(lane, target)));
  return { running: running.length, waiting: waiting.length };
}

/** Joins the queue, and leaves it for the running ones when it is its turn; true then, and whenever it is asked again. */
export async function mayRun(world: World, lane: Lane, target: Target, mine: string): Promise<boolean> {
  const { catalog } = world;
  const joined = await catalog.update(keyOf(lane, target), {
    update: 'ADD #waiting :me',
    condition: 'NOT contains(#running, :mine)',
    names,
    values: { ':me': new Set([mine]), ':mine': mine },
  });
  if (!joined.done) return true;
  if (!isNext(queueFrom(joined.item), mine, lane.atOnce)) {
    await reclaim(world, lane, target, queueFrom(joined.item));
    return false;
  }
  const moved = await catalog.update(keyOf(lane, target), {
    update: 'ADD #running :me DELETE #waiting :me',
    condition: 'attribute_not_exists(#running) OR size(#running) < :max',
    names,
    values: { ':me': new Set([mine]), ':max': lane.atOnce },
  });
  return moved.done;
}

/** Is done with the queue, in whichever part of it; the next in line becomes due. */
export async function leaveQueue(world: World, lane: Lane, target: Target, mine: string): Promise<void> {
  const left = await world.catalog.update(keyOf(lane, target), {
    update: 'DELETE #waiting :me, #running :me',
    names,
    values: { ':me': new Set([mine]) },
  });
  const { waiting, running } = queueFrom(left.done ? left.item : left.found);
  const next = waiting.slice(0, Math.max(0, lane.atOnce - running.length));
  for (const waits of next) await wake(world, taskOf(waits));
}

/** A process that stood still may have taken a place for a task that was over by then: such places are given back. */
async function reclaim(
  { catalog, clock }: World,
  lane: Lane,
  target: Target,
  { waiting, running }: Queue,
): Promise<void> {
  const held = [...running, ...waiting.slice(0, besideRunning)];
  const states = new Map<string, unknown>();
  for (let start = 0; start < held.length; start += readAtOnce) {
    const some = held.slice(start, start + readAtOnce);
    const items = await Promise.all(some.map((one) => catalog.get(taskKey(taskOf(one)))));
    for (const [index, one] of some.entries()) states.set(one, items[index]?.state);
  }
  // A task that was written this minute may not be among them yet.
  const isOld = (one: string) => Date.parse(one.split('#')[1] ?? '') < clock.now() - 60_000;
  const stale = held.filter((one) => isOld(one) && !needsPlace(states.get(one)));
  if (stale.length === 0) return;
  await catalog.update(keyOf(lane, target), {
    update: 'DELETE #waiting :stale, #running :stale',
    names,
    values: { ':stale': new Set(stale) },
  });
}

/** Of those that wait, so many are looked at. */
const besideRunning = 50;
const readAtOnce = 50;

/** While AWS makes the table, or the files. */
export const needsPlace = (state: unknown): boolean =>
  ['QUEUED', 'RESTORING', 'EXPORTING', 'IMPORTING'].includes(String(state));

/** A task that waits is looked at by the next heartbeat. One that is gone does not come back by this. */
async function wake({ catalog, clock }: World, id: string): Promise<void> {
  await catalog.update(taskKey(id), {
    update: 'SET dueAt = :now',
    condition: 'attribute_exists(due) AND attribute_not_exists(driver) AND #state = :queued',
    names: { '#state': 'state' },
    values: { ':now': clock.now(), ':queued': 'QUEUED' },
  });
}
