import { afterEach, describe, expect, test } from 'vitest';
import { type ChainsHere, chainsHere, hourMs, minuteMs } from './chain-here.ts';
import { apply, readChains } from './chain-reader.ts';

let here: ChainsHere;
afterEach(() => here.close());

const windowsOf = (index = 0) =>
  (readChains(here)[index] ?? []).map((link) => (link.type === 'full' ? link.until : [link.from, link.until]));

describe('an incremental export', () => {
  test('is one full export and then windows from firing to firing, which together are the table', async () => {
    here = await chainsHere();
    await here.table('orders');
    await here.put('orders', 'a', 1);
    await here.put('orders', 'b', 1);
    await here.passFiring(hourMs);
    await here.pass(20 * minuteMs);
    await here.put('orders', 'b', 2);
    await here.put('orders', 'c', 1);
    await here.remove('orders', 'a');
    await here.passFiring(hourMs);
    await here.put('orders', 'd', 1);
    await here.passFiring(40 * minuteMs);
    expect(windowsOf()).toEqual([
      '2026-01-31T03:00:00.000Z',
      ['2026-01-31T03:00:00.000Z', '2026-01-31T04:00:00.000Z'],
    ]);
    await here.passFiring(hourMs);
    const [chain = []] = readChains(here);
    expect(apply(here, chain)).toEqual(await here.items('orders'));
    expect(chain.at(-1)?.until).toBe('2026-01-31T05:00:00.000Z');
    expect(here.thrown).toEqual([]);
  });
});
