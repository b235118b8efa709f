import { afterEach, beforeEach, expect, test } from 'vitest';
import { Lease, LeaseLost, takeItem } from '../../shared/lease.ts';
import type { Change, World } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { type Local, local } from '../support/world.ts';

const key = { pk: 'work', sk: 'one' };
const stopMs = 60_000;

let here: Local;
let world: World;
beforeEach(async () => {
  here = await local();
  world = here.world().world;
  await done(here, world.catalog.put({ ...key, due: 'work', dueAt: here.clock.now() }));
});
afterEach(() => here.close());

const pass = (ms: number) => here.clock.run(here.clock.now() + ms);

/** The lease of an invocation with that id, if it gets it. */
async function take(id: string, by = world): Promise<Lease | undefined> {
  const invocation = { id, endsAt: here.clock.now() + 900_000 };
  const item = await done(here, takeItem(by, key, invocation));
  return item && new Lease(by, key, invocation, item, stopMs);
}

async function mustTake(id: string, by?: World): Promise<Lease> {
  const lease = await take(id, by);
  if (lease === undefined) throw new Error('no lease');
  return lease;
}

test('what has a driver has no second one until he was silent for a minute', async () => {
  await mustTake('a');
  await pass(59_000);
  expect(await take('b')).toBeUndefined();
  await pass(2000);
  expect(await take('b')).toBeDefined();
});

test('what is over, or not there, has no driver', async () => {
  const lease = await mustTake('a');
  await done(here, lease.end());
  expect(await take('b')).toBeUndefined();
  expect(await done(here, takeItem(world, { pk: 'work', sk: 'two' }, { id: 'b', endsAt: 0 }))).toBeUndefined();
});

test.each(['another', 'the same invocation, delivered once more,'])(
  'a driver that %s has overtaken writes nothing any more',
  async (who) => {
    const lease = await mustTake('a');
    await pass(61_000);
    await mustTake(who === 'another' ? 'b' : 'a');
    for (const write of [() => lease.write({ state: 'x' }), () => lease.leave(0), () => lease.end()]) {
      await expect(done<unknown>(here, write())).rejects.toThrow(LeaseLost);
    }
    expect(await done(here, world.catalog.get(key))).not.toHaveProperty('state');
  },
);

test('each write is a lease of a minute from then on, and what lives is not due', async () => {
  const lease = await mustTake('a');
  await pass(30_000);
  const { leaseUntil, dueAt } = await done(here, lease.write({ state: 'x' }));
  expect(Number(leaseUntil) - here.clock.now()).toBeGreaterThan(59_000);
  expect(dueAt).toBe(leaseUntil);
  expect(lease.leaseUntil).toBe(leaseUntil);
});

test('what a renewal meets with is thrown when the work has come to rest, and nothing is written after it', async () => {
  let isAway = false;
  const update: World['catalog']['update'] = (...of) =>
    isAway ? Promise.reject(new Error('The catalog is away.')) : world.catalog.update(...of);
  const lease = await mustTake('a', { ...world, catalog: { ...world.catalog, update } });
  isAway = true;
  let writing: Promise<unknown> = Promise.resolve();
  const work = lease.keepDuring(async () => {
    await world.clock.sleep(25_000);
    isAway = false;
    writing = lease.write({ state: 'x' });
    await writing.catch(() => {});
    return 'done';
  });
  await expect(done(here, work)).rejects.toThrow('The catalog is away.');
  await expect(writing).rejects.toThrow('The catalog is away.');
  expect(await done(here, world.catalog.get(key))).not.toHaveProperty('state');
});

test('a copy of a write that arrives after later ones changes nothing', async () => {
  const changes: Change[] = [];
  const { update } = world.catalog;
  const noting: World = {
    ...world,
    catalog: {
      ...world.catalog,
      update: (at, change) => {
        changes.push(change);
        return update(at, change);
      },
    },
  };
  const lease = await mustTake('a', noting);
  await done(here, lease.write({ state: 'RUNNING' }));
  await pass(10_000);
  await done(here, lease.write({ state: 'COMPLETED' }));
  const copy = changes.find(({ values }) => values?.[':state'] === 'RUNNING') as Change;
  expect(await done(here, update(key, copy))).toMatchObject({ done: false });
  expect(await done(here, world.catalog.get(key))).toMatchObject({ state: 'COMPLETED' });
});

test('a slow write is not overtaken by the next one, and so not taken for a late copy', async () => {
  const { update } = world.catalog;
  const slow: World = {
    ...world,
    catalog: {
      ...world.catalog,
      update: async (at, change) => {
        if (change.values?.[':one'] === 1) await world.clock.sleep(100);
        return update(at, change);
      },
    },
  };
  const lease = await mustTake('a', slow);
  const one = lease.write({ one: 1 });
  await pass(10);
  await done(here, Promise.all([one, lease.write({ two: 2 })]));
  expect(await done(here, world.catalog.get(key))).toMatchObject({ one: 1, two: 2 });
});
