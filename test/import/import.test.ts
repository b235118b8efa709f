import { afterEach, expect, test } from 'vitest';
import { everything, type ImportHere, importHere, makeOrders, order } from './here.ts';

let here: ImportHere;
afterEach(() => here.close());

const hour = 3_600_000;

test('a full export and three windows become a table that equals the living one, item by item', async () => {
  here = await importHere();
  await makeOrders(here);
  for (let n = 0; n < 20; n++) await here.put('orders', order(n, n === 3 ? everything : {}));
  await here.pass(1000);
  const full = await here.exportFull('orders');
  const windows = [];
  let last = full;
  for (let round = 0; round < 3; round++) {
    await here.put('orders', order(100 + round, everything));
    await here.put('orders', order(round, { changed: { N: String(round) } }));
    await here.remove('orders', { id: { S: `order-${10 + round}` } });
    await here.pass(hour);
    last = await here.exportWindow('orders', last);
    windows.push(last.folder);
  }
  await here.invoke({
    requestId: 'a',
    source: { bucket: 'archive', export: full.folder, increments: windows },
    target: { tableName: 'orders-again' },
    reason: 'a test',
  });
  await here.untilEnded();
  expect(here.thrown).toEqual([]);
  expect(here.factsOf('Import Failed')).toEqual([]);
  expect(await here.items('orders-again')).toEqual(await here.items('orders'));
  expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({
    table: 'orders-again',
    items: 20,
    itemsExpected: 20,
    windows: 3,
    applied: { put: 6, deleted: 3 },
    isAsExpected: true,
    differences: [],
  });
});
