import { afterEach, describe, expect, test } from 'vitest';
import { ClockCheck } from '../../shared/clock-check.ts';
import { Quotas } from '../../shared/quotas.ts';
import { done } from '../support/done.ts';
import { catalogName, type Local, local } from '../support/world.ts';

let here: Local | undefined;
afterEach(() => here?.close());

const target = { account: '123456789012', region: 'us-east-1' };
const key = { pk: 'quota#123456789012/us-east-1', sk: 'CreateBackup' };

describe('leased slots', () => {
  test('one write leases a second of them, also once others have taken some', async () => {
    here = await local();
    const { world } = here.world();
    let writes = 0;
    here.aws.onCall(({ call }) => {
      if (call.operation === 'UpdateItem') writes++;
    });
    const slots = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 500));
    const more = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 500));
    expect([slots.length, more.length, writes]).toEqual([49, 49, 2]);
    expect(more[0]).toBeCloseTo((slots[0] ?? 0) + 1000, 2);
  });

  test('of many workers are disjoint, use the whole rate, and who is refused sleeps until it can succeed', async () => {
    here = await local();
    const workers = Array.from({ length: 20 }, () => (here as Local).world().world);
    let refused = 0;
    here.aws.onCall(({ call, error }) => {
      if (call.operation === 'UpdateItem' && error !== undefined) refused++;
    });
    const startedAt = here.clock.now();
    const slots: number[] = [];
    const lease = async (world: (typeof workers)[number]) => {
      while (slots.length < 490) slots.push(...(await world.quotas.leaseSlots(target, 'CreateBackup', 49)));
    };
    await done(here, Promise.all(workers.map(lease)));
    const sorted = slots.toSorted((a, b) => a - b);
    const gaps = sorted.slice(1).map((slot, index) => slot - (sorted[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(20.4);
    expect(Math.max(...gaps)).toBeLessThan(30);
    const seconds = (here.clock.now() - startedAt) / 1000;
    expect(refused / seconds / workers.length).toBeLessThan(3);
  });

  test('after a throttle come slower for every worker from its next lease on', async () => {
    here = await local();
    const [one, two] = [here.world().world, here.world().world];
    await done(here, one.quotas.leaseSlots(target, 'CreateBackup', 1));
    await done(here, two.quotas.leaseSlots(target, 'CreateBackup', 1));
    await here.clock.run(here.clock.now() + 5000);
    await done(here, one.quotas.throttled(target, 'CreateBackup'));
    await done(here, one.quotas.throttled(target, 'CreateBackup'));
    const slots = await done(here, two.quotas.leaseSlots(target, 'CreateBackup', 49));
    expect((slots[1] ?? 0) - (slots[0] ?? 0)).toBeCloseTo(1000 / 44.1, 1);
  });

  test('that were missed by more than a quarter of a second are not used', async () => {
    here = await local();
    const { world } = here.world();
    const [slot = 0] = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 1));
    await here.clock.run(slot + 251);
    expect(await done(here, world.quotas.untilSlot(target, 'CreateBackup', slot))).toBe(false);
  });

  test('are used no closer than half an interval when some were late', async () => {
    here = await local();
    const { world } = here.world();
    const slots = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 5));
    await here.clock.run((slots[0] ?? 0) + 70);
    const sentAt: number[] = [];
    await done(
      here,
      Promise.all(
        slots.map(async (slot) => {
          if (await world.quotas.untilSlot(target, 'CreateBackup', slot)) sentAt.push(world.clock.now());
        }),
      ),
    );
    const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    expect(sentAt).toHaveLength(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
  });

  test('that are impossibly far ahead are set right', async () => {
    here = await local();
    const { world } = here.world();
    const now = here.clock.now();
    await done(here, world.catalog.put({ ...key, tat: now + 60_000, rate: 49, gen: 3, cutAt: 0 }));
    const [slot = 0] = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 1));
    expect(slot - now).toBeLessThan(1000);
  });

  test.each<[string, (now: number) => Record<string, unknown>]>([
    ['has lost the next free slot', () => ({ rate: 49, gen: 3, cutAt: 0 })],
    ['has a next free slot that is no number', () => ({ tat: '5', rate: 49, gen: 3, cutAt: 0 })],
    ['has lost its generation', (now) => ({ tat: now, rate: 49, cutAt: 0 })],
    ['has no rate', (now) => ({ tat: now, rate: 0, gen: 3, cutAt: now })],
    ['has a rate that no cut leads to', (now) => ({ tat: now, rate: 0.001, gen: 3, cutAt: now })],
    ['has a rate below nothing', (now) => ({ tat: now, rate: -100, gen: 3, cutAt: now })],
    ['was cut in the future', (now) => ({ tat: now, rate: 1, gen: 3, cutAt: now + 86_400_000 })],
  ])('of a quota that %s are set right at once', async (_, poison) => {
    here = await local();
    const { world } = here.world();
    const now = here.clock.now();
    await done(here, world.catalog.put({ ...key, ...poison(now) }));
    let writes = 0;
    here.aws.onCall(({ call }) => {
      if (call.operation === 'UpdateItem') writes++;
    });
    const slots = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 49));
    expect(slots).toHaveLength(49);
    expect((slots[0] ?? 0) - now).toBeLessThan(1000);
    expect(writes).toBeLessThan(5);
  });

  test.each([
    ['the next free slot in nanoseconds', { tat: '1790000000123456789' }],
    ['the next free slot with more digits than we count', { tat: '1999999999999.1234567890123' }],
    ['a generation that nobody can count', { gen: '90071992547409931' }],
    ['a last cut that nobody can count', { cutAt: '-90071992547409931' }],
  ])('of a quota that has %s are set right at once', async (_, poison) => {
    here = await local();
    const { world } = here.world();
    const now = here.clock.now();
    const numbers = Object.entries({ tat: String(now), rate: '49', gen: '3', cutAt: '0', ...poison });
    const Item = {
      ...{ pk: { S: key.pk }, sk: { S: key.sk } },
      ...Object.fromEntries(numbers.map(([name, N]) => [name, { N }])),
    };
    await done(here, here.call('PutItem', { TableName: catalogName, Item }));
    const slots = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 49), 5000);
    expect(slots).toHaveLength(49);
    expect((slots[0] ?? 0) - now).toBeLessThan(1000);
  });

  test('are leased on where a throttle meets a quota that cannot be', async () => {
    here = await local();
    const { world } = here.world();
    const [slot] = await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 1));
    await done(here, world.catalog.put({ ...key, tat: slot, rate: 49, gen: 0 }));
    for (const _ of ['learns of it', 'knows it']) await done(here, world.quotas.throttled(target, 'CreateBackup'));
    expect(await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 49))).toHaveLength(49);
  });

  test('are never of a quota that was spoilt between a lease and its answer', async () => {
    here = await local();
    const { world } = here.world();
    let writes = 0;
    const update: typeof world.catalog.update = async (...write) => {
      const written = await world.catalog.update(...write);
      return written.done && writes++ === 0 ? { done: true, item: { ...written.item, tat: '5' } } : written;
    };
    const clockCheck = new ClockCheck(world.clock);
    const quotas = new Quotas({ ...world, clockCheck, catalog: { ...world.catalog, update } });
    const slots = await done(here, quotas.leaseSlots(target, 'CreateBackup', 3));
    expect(slots.map(Number.isFinite)).toEqual([true, true, true]);
  });

  test('are not leased after the instant that the caller names', async () => {
    here = await local();
    const { world } = here.world();
    const until = here.clock.now() + 1500;
    let count = 0;
    const all = async () => {
      for (;;) {
        const slots = await world.quotas.leaseSlots(target, 'ListBackups', 100, { until });
        if (slots.length === 0) return;
        count += slots.length;
      }
    };
    await done(here, all());
    expect(count).toBeLessThanOrEqual(20);
    expect(here.clock.now()).toBeLessThan(until + 100);
  });

  test.each([3500, -3500])('are not leased by a worker whose clock is off by %i ms', async (skewMs) => {
    here = await local();
    // The Date header is cut off to the second, so what is certain is a second less.
    const off = here.world(undefined, skewMs).world;
    await done(here, off.catalog.get(key));
    const refusal = await done(here, off.quotas.leaseSlots(target, 'CreateBackup', 1)).catch(String);
    expect(refusal).toMatch(/clock of this worker is \d+ ms (ahead of|behind) that of DynamoDB/);
  });

  test('are leased by workers whose clocks differ by a second', async () => {
    here = await local();
    const workers = [-1000, 0, 1000].map((skewMs) => (here as Local).world(undefined, skewMs).world);
    for (const world of workers) {
      await done(here, world.catalog.get(key));
      expect(await done(here, world.quotas.leaseSlots(target, 'CreateBackup', 5))).toHaveLength(5);
    }
  });
});
