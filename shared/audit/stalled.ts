import { createHash } from 'node:crypto';
import { WorkStalled } from '../../events/audit-events.ts';
import { iso } from '../clock.ts';
import { runFrom, runIdOfKey } from '../ledger.ts';
import { listed, mostNamed } from '../protection-changed.ts';
import { targetKey } from '../target.ts';
import { taskIdOfWork } from '../task/task.ts';
import { workOf } from '../work-due.ts';
import type { Fact, Key, World } from '../world.ts';

/** So long after it was due, or after its deadline, work that goes on would have gone on, or ended. */
const patienceMs = 3_600_000;

/** A run that is left, that waits or that fails is due again before that (shared/run/drive.ts). */
const soonMs = 600_000;

/** The oldest; there are more only when nothing goes on at all, which these tell. */
const mostAtOnce = 1000;

type Work = ReturnType<typeof workOf>;

/** Work that stands still, and since when. */
interface Stalled {
  key: Key;
  work: Work;
  name: string;
  since: number;
}

/** Who goes on with it, and what it is called. */
const kinds: Record<Work, { by(key: Key): string; nameOf(key: Key): string }> = {
  run: { by: () => 'take-backups', nameOf: (key) => `run ${runIdOfKey(key)}` },
  retention: {
    by: () => 'apply-retention',
    nameOf: ({ pk }) => `retention of ${pk.split('#').reverse().join(' in ')}`,
  },
  audit: { by: () => 'audit', nameOf: ({ pk }) => `audit of ${pk.slice('audit#'.length)}` },
  // A task's id begins with its kind, which is the name of its function.
  task: { by: ({ pk }) => taskIdOfWork(pk).replace(/-.*/, ''), nameOf: ({ pk }) => `task ${taskIdOfWork(pk)}` },
};

/**
 * Finds what stands still and tells people of all that is new at once. What goes on again is forgotten, so that it is
 * told when it stands still another time. Answers how much it is by now.
 */
export async function findStalled(world: World): Promise<number> {
  const now = world.clock.now();
  const due = await world.catalog.due(now + soonMs, mostAtOnce);
  const stalled = await stalledAmong(world, due, now);
  const told = await toldBefore(world);
  const untold = stalled.filter(({ key }) => !told.has(toldKey(world, key).sk));
  if (untold.length > 0) await world.facts.publish(WorkStalled, [workStalled(untold, now)]);
  for (const { key, since } of untold) await world.catalog.put({ ...toldKey(world, key), since, toldAt: now });
  if (due.length === mostAtOnce) return stalled.length;
  for (const { key } of stalled) told.delete(toldKey(world, key).sk);
  for (const sk of told) await world.catalog.remove({ ...toldKey(world), sk });
  return stalled.length;
}

/** A run that fails at every try is never due for long: its deadline tells. */
async function stalledAmong(world: World, due: (Key & { dueAt: number })[], now: number): Promise<Stalled[]> {
  const runs = await world.catalog.getAll(due.filter((key) => workOf(key) === 'run').map(({ pk, sk }) => ({ pk, sk })));
  const deadlines = new Map(runs.map((item) => [`${item.pk}|${item.sk}`, runFrom(item).deadlineAt]));
  return due.flatMap(({ pk, sk, dueAt }) => {
    const key = { pk, sk };
    const work = workOf(key);
    const name = kinds[work].nameOf(key);
    const deadlineAt = deadlines.get(`${pk}|${sk}`) ?? Number.POSITIVE_INFINITY;
    if (now >= deadlineAt + patienceMs) {
      return [{ key, work, since: deadlineAt, name: `${name} (its deadline was ${iso(deadlineAt)})` }];
    }
    return now >= dueAt + patienceMs ? [{ key, work, since: dueAt, name: `${name} (due since ${iso(dueAt)})` }] : [];
  });
}

const prefix = 'stalled#';

/** Without a key: of all of them. */
function toldKey({ hub }: World, key?: Key): Key {
  return { pk: `told#${targetKey(hub)}`, sk: `${prefix}${key === undefined ? '' : `${key.pk}|${key.sk}`}` };
}

async function toldBefore(world: World): Promise<Set<string>> {
  const told = new Set<string>();
  for await (const { sk } of world.catalog.query({ pk: toldKey(world).pk, prefix })) told.add(String(sk));
  return told;
}

function workStalled(stalled: Stalled[], now: number): Fact<typeof WorkStalled> {
  const count = stalled.length;
  const named = stalled.slice(0, mostNamed).map(({ name }) => name);
  const functions = [...new Set(stalled.map(({ work, key }) => kinds[work].by(key)))].join(', ');
  const what = count === 1 ? 'A piece of work stands still' : `${count} pieces of work stand still`;
  const ids = stalled.map(({ key, since }) => `${key.pk}|${key.sk}/${since}`).sort();
  return {
    count,
    named,
    id: createHash('sha256').update(ids.join()).digest('hex'),
    at: iso(now),
    sentence: `${what}: ${listed(named, count)}. Look at the log of ${functions}, and whether heartbeat is invoked every minute: it goes on by itself once it can.`,
  };
}
