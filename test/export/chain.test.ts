import { afterEach, describe, expect, test } from 'vitest';
import { type ChainsHere, chainsHere, dayMs, hourMs, minuteMs } from './chain-here.ts';
import { apply, readChains } from './chain-reader.ts';

let here: ChainsHere;
afterEach(() => here.close());

/** `T0`, or `from until`, of each export of a chain, in the bucket. */
const extents = (index = 0) =>
  (readChains(here)[index] ?? []).map((link) =>
    [...(link.type === 'full' ? [] : [link.from]), link.until].map((at) => at.slice(8, 16)).join(' '),
  );

/** The files of the newest chain, applied, are the table. */
async function expectEqual(table = 'orders') {
  const chain = readChains(here)
    .filter(([link]) => link?.table.name === table)
    .at(-1);
  expect(apply(here, chain ?? [])).toEqual(await here.items(table));
}

describe('an incremental export', () => {
  test('is one full export and then windows from firing to firing, which together are the table', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.put('orders', 'a', 1);
    await here.put('orders', 'b', 1);
    await here.passFiring(hourMs + 20 * minuteMs);
    await here.put('orders', 'b', 2);
    await here.put('orders', 'c', 1);
    await here.remove('orders', 'a');
    await here.passFiring(3 * hourMs);
    expect(extents()).toEqual(['31T03:00', '31T03:00 31T04:00', '31T04:00 31T05:00', '31T05:00 31T06:00']);
    await expectEqual();
    expect(here.thrown).toEqual([]);
    expect(here.told('Export Chain Began')).toHaveLength(1);
    expect(here.told('Export Round Completed').map(({ current }) => current)).toEqual([1, 1, 1, 1]);
  });

  test('catches up after days by windows of a day each, and joins', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.put('orders', 'a', 1);
    await here.passFiring(hourMs + 30 * minuteMs);
    here.isUp = false;
    for (const n of [2, 3, 4]) {
      await here.pass(dayMs);
      await here.put('orders', 'a', n);
      await here.put('orders', `of-day-${n}`, n);
    }
    here.isUp = true;
    await here.passFiring(hourMs);
    expect(extents()).toEqual([
      '31T03:00',
      '31T03:00 01T03:00',
      '01T03:00 02T03:00',
      '02T03:00 03T03:00',
      '03T03:00 03T04:00',
    ]);
    await expectEqual();
  });

  test('goes on when no firing comes, as the round itself knows when one should have', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.passFiring(hourMs + minuteMs);
    await here.pass(3 * hourMs);
    expect(extents()).toEqual(['31T03:00', '31T03:00 31T04:00', '31T04:00 31T05:00']);
  });

  test('a firing that comes twice, or comes late, is exported once', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.passFiring(2 * hourMs);
    here.fire(here.clock.now());
    await here.pass(20 * minuteMs);
    here.fire(here.clock.now() - 80 * minuteMs);
    await here.pass(20 * minuteMs);
    expect(extents()).toEqual(['31T03:00', '31T03:00 31T04:00']);
  });

  test('a window shorter than AWS exports waits for the next firing', async () => {
    here = await chainsHere({ lake: { schedule: 'cron(0/10 * * * ? *)' } });
    await here.table('orders');
    await here.passFiring(45 * minuteMs, 10 * minuteMs);
    expect(extents()).toEqual(['31T02:10', '31T02:10 31T02:30']);
  });

  test.each([
    ['a second', 1000],
    ['four minutes', 4 * minuteMs],
    ['a day', dayMs],
  ])(
    'clocks that jump by %s, and back, make neither a gap nor an overlap nor a window in the future',
    async (_, ms) => {
      here = await chainsHere();
      await here.table('orders');
      await here.put('orders', 'a', 1);
      await here.passFiring(hourMs + 20 * minuteMs);
      for (const [n, skewMs] of [ms, -ms, 0].entries()) {
        here.skewMs = skewMs;
        await here.put('orders', `item-${n}`, n);
        await here.passFiring(hourMs + 10 * minuteMs);
      }
      expect(readChains(here)).toHaveLength(1);
      expect(extents().at(-1)).toMatch(/31T06:00$/);
      await expectEqual();
    },
  );

  test('begins anew when recovery was switched off and on', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.put('orders', 'a', 1);
    await here.passFiring(2 * hourMs + 20 * minuteMs);
    await here.recovery('orders', false);
    await here.put('orders', 'unseen', 1);
    await here.pass(minuteMs);
    await here.recovery('orders', true);
    await here.passFiring(2 * hourMs);
    expect(extents(0)).toEqual(['31T03:00', '31T03:00 31T04:00']);
    expect(extents(1)).toEqual(['31T05:00', '31T05:00 31T06:00']);
    expect(here.told('Export Chain Began').at(1)?.reason).toMatch(/^point-in-time recovery reaches back to/);
    await expectEqual();
  });

  test('begins anew when the window is older than the period of recovery', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.put('orders', 'a', 1);
    await here.passFiring(hourMs + 20 * minuteMs);
    here.isUp = false;
    await here.pass(36 * dayMs);
    here.isUp = true;
    await here.passFiring(hourMs + 20 * minuteMs);
    expect(readChains(here)).toHaveLength(2);
    expect(extents(0)).toEqual(['31T03:00']);
    expect(extents(1).at(-1)).toBe('08T03:00 08T04:00');
    await expectEqual();
  });

  test('a table with recovery off is told, and begins its chain when it is on', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.recovery('orders', false);
    await here.passFiring(hourMs + 20 * minuteMs);
    expect(here.told('Export Round Completed')).toMatchObject([{ failed: 1, named: ['orders'] }]);
    expect(here.told('Export Round Completed')[0]?.sentence).toContain('recovery of orders is off');
    await here.recovery('orders', true);
    await here.passFiring(hourMs);
    expect(extents()).toHaveLength(1);
  });

  test('a table that was made anew under its name begins a chain, and the old one ends', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.put('orders', 'old', 1);
    await here.passFiring(2 * hourMs + 20 * minuteMs);
    await here.done(here.call('DeleteTable', { TableName: 'orders' }));
    await here.pass(minuteMs);
    await here.table('orders');
    await here.put('orders', 'new', 1);
    await here.passFiring(2 * hourMs);
    expect([extents(0), extents(1)]).toEqual([
      ['31T03:00', '31T03:00 31T04:00'],
      ['31T05:00', '31T05:00 31T06:00'],
    ]);
    const [before, after] = readChains(here).map(([link]) => link?.table.id);
    expect(before).not.toBe(after);
    expect(here.told('Export Chain Ended')).toMatchObject([
      { tableId: before, reason: 'another table has its name now', until: '2026-01-31T04:00:00.000Z' },
    ]);
    await expectEqual();
  });

  test('a table that appears begins a chain, one that goes ends it', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.passFiring(hourMs + 20 * minuteMs);
    await here.table('invoices');
    await here.passFiring(hourMs);
    await here.done(here.call('DeleteTable', { TableName: 'orders' }));
    await here.passFiring(hourMs);
    expect(readChains(here).map((chain) => [chain[0]?.table.name, chain.length])).toEqual([
      ['orders', 2],
      ['invoices', 2],
    ]);
    expect(here.told('Export Chain Ended')).toMatchObject([{ table: 'orders', reason: 'the table is gone' }]);
    expect((await here.chains()).filter(({ endedAt }) => endedAt === undefined)).toHaveLength(1);
  });
});
