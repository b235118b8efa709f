import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { audit } from '../../shared/audit/audit.ts';
import { exportTable } from '../../shared/export/trigger.ts';
import { hub } from '../support/world.ts';
import { type ChainsHere, type ChainsOptions, chainsHere, hourMs, minuteMs } from './chain-here.ts';
import { apply, readChains } from './chain-reader.ts';

let here: ChainsHere;
afterEach(() => here.close());

const kinds = () => readChains(here).map((chain) => chain.map(({ type }) => type));
const untils = () => readChains(here).map((chain) => chain.map(({ until }) => until.slice(8, 16)));

async function withOrders(options?: ChainsOptions): Promise<void> {
  here = await chainsHere(options);
  await here.table('orders');
  await here.put('orders', 'a', 1);
}

/** AWS gives up that many exports of that type. */
function giveUp(type: string, times: number): void {
  const given = new Set<unknown>();
  here.aws.intercept(async (call, perform) => {
    const answer = (await perform()) as { ExportDescription?: Record<string, unknown> };
    const { ExportDescription: found } = answer;
    if (call.operation !== 'DescribeExport' || found?.ExportType !== type) return answer;
    if (given.size < times) given.add(found.ExportArn);
    if (!given.has(found.ExportArn)) return answer;
    return { ExportDescription: { ...found, ExportStatus: 'FAILED', FailureCode: 'UNKNOWN', FailureMessage: 'no' } };
  });
}

/** Until it is opened, the bucket lets nobody in. */
function closeBucket(): () => void {
  return here.aws.intercept(async (call, perform) => {
    if (call.service === 's3') throw new AwsError('AccessDenied', 'Access Denied', 403);
    return perform();
  });
}

describe('a window that failed', () => {
  test('is tried again in the same round, and joins', async () => {
    await withOrders();
    await here.passFiring(hourMs + 20 * minuteMs);
    giveUp('INCREMENTAL_EXPORT', 2);
    await here.passFiring(hourMs + 30 * minuteMs);
    expect(untils()).toEqual([['31T03:00', '31T04:00']]);
    expect(here.told('Export Failed')).toHaveLength(2);
    expect(here.told('Export Round Completed').at(-1)).toMatchObject({ current: 1, failed: 0 });
  });

  test('three times at AWS is given up: a full export begins a new chain', async () => {
    await withOrders();
    await here.passFiring(hourMs + 20 * minuteMs);
    giveUp('INCREMENTAL_EXPORT', 3);
    await here.passFiring(hourMs + 40 * minuteMs);
    expect(here.told('Export Round Completed').at(-1)).toMatchObject({ current: 0, failed: 1, named: ['orders'] });
    await here.put('orders', 'b', 1);
    await here.passFiring(2 * hourMs);
    expect(kinds()).toEqual([['full'], ['full', 'incremental']]);
    expect(here.told('Export Chain Began').at(-1)?.reason).toBe(
      'the window from 2026-01-31T03:00:00.000Z failed 3 times',
    );
    expect(apply(here, readChains(here)[1] ?? [])).toEqual(await here.items('orders'));
  });

  test('as the bucket lets nobody in is waited for, however long, and the chain goes on', async () => {
    await withOrders();
    await here.passFiring(hourMs + 20 * minuteMs);
    const open = closeBucket();
    await here.passFiring(4 * hourMs);
    expect(here.told('Export Round Completed').at(-1)).toMatchObject({ failed: 1 });
    open();
    await here.put('orders', 'b', 1);
    await here.passFiring(2 * hourMs);
    expect(untils()).toEqual([['31T03:00', '31T08:00', '31T09:00']]);
    expect(apply(here, readChains(here)[0] ?? [])).toEqual(await here.items('orders'));
  });

  test('and is of a bucket that the deployment does not allow, is not begun, and said', async () => {
    await withOrders({ exportBuckets: 'another' });
    await here.passFiring(hourMs + 20 * minuteMs);
    expect(here.told('Export Round Completed')).toMatchObject([{ current: 0, failed: 1 }]);
    expect(here.told('Export Round Completed')[0]?.sentence).toContain('does not let exports be written to archive');
    expect(here.told('Export Failed')).toEqual([]);
  });
});

test('the object of a link is never written over: where there is another one, a new chain begins', async () => {
  await withOrders();
  await here.passFiring(hourMs + 20 * minuteMs);
  const [chain = []] = readChains(here);
  const forged = `lake/orders/2026-01-31/chain/${chain[0]?.chain}/1.json`;
  const input = { Bucket: 'archive', Key: forged, Body: new TextEncoder().encode('{}') };
  const caller = here.iam.caller(hub.account);
  await here.done(here.aws.core.call({ service: 's3', operation: 'PutObject', input, caller, ...hub }));
  await here.passFiring(hourMs + 30 * minuteMs);
  expect(here.object(forged)).toBe('{}');
  expect(here.told('Export Chain Began').map(({ reason }) => reason)).toEqual([
    'it is the first export of the table',
    'the next object of the chain was there already',
  ]);
  expect(here.thrown).toEqual([]);
});

test('what somebody exports to the folder of a chain is in nobody’s way: the chain goes on, and joins', async () => {
  await withOrders();
  await here.passFiring(hourMs + 20 * minuteMs);
  const request = {
    source: { table: 'orders' },
    destination: { bucket: 'archive', prefix: 'lake/orders/2026-01-31' },
    type: 'incremental',
    window: { from: '2026-01-31T02:50:00Z', until: '2026-01-31T03:20:00Z' },
    reason: 'the analysts asked',
  };
  const invocation = { id: 'by-hand', endsAt: here.clock.now() + 900_000 };
  const answer = await here.done(
    exportTable(here.world().world)({ type: 'bare', detail: request } as never, invocation),
  );
  expect(answer.mistakes).toBeUndefined();
  await here.passFiring(2 * hourMs);
  expect(untils()).toEqual([['31T03:00', '31T04:00', '31T05:00']]);
});

test('many drivers at once make one export of each window', async () => {
  await withOrders();
  for (let hour = 0; hour < 2; hour++) {
    await here.pass(hourMs);
    for (let n = 0; n < 3; n++) here.fire();
    for (const minute of [1, 2, 3, 4, 5, 6, 7, 8])
      here.clock.at(here.clock.now() + minute * minuteMs, () => here.fire(here.clock.now() - minute * minuteMs));
  }
  await here.pass(20 * minuteMs);
  const { ExportSummaries } = await here.call<{ ExportSummaries: unknown[] }>('ListExports', {});
  expect(ExportSummaries).toHaveLength(2);
  expect(kinds()).toEqual([['full', 'incremental']]);
});

test('mode full exports the whole table at each firing, to the folder that the prefix says', async () => {
  const prefix = 'all/{plan}/{account}/{region}/{table}/{date}';
  const tokyo = { schedule: 'cron(30 0,23 * * ? *)', timezone: 'Asia/Tokyo' };
  await withOrders({ lake: { mode: 'full', ...tokyo, prefix }, startAt: Date.parse('2026-01-31T14:00Z') });
  for (const at of ['14:30', '15:30']) {
    await here.until(() => false, Date.parse(`2026-01-31T${at}Z`) - here.clock.now());
    here.fire();
  }
  await here.pass(15 * minuteMs);
  const [first, second] = readChains(here);
  expect([first, second].map((chain) => chain?.map(({ until }) => until))).toEqual([
    ['2026-01-31T14:30:00.000Z'],
    ['2026-01-31T15:30:00.000Z'],
  ]);
  expect(here.links().map(({ key }) => key.replace(/chain\/.*/, ''))).toEqual([
    'all/lake/123456789012/us-east-1/orders/2026-01-31/',
    'all/lake/123456789012/us-east-1/orders/2026-02-01/',
  ]);
  expect(apply(here, second ?? [])).toEqual(apply(here, first ?? []));
});

test('many tables take one function and a round, and one table that fails costs no other its export', async () => {
  here = await chainsHere({ lake: { tables: { include: ['*'], exclude: ['skipped-*'] } }, isImmortal: true });
  const names = Array.from({ length: 40 }, (_, index) => `table-${String(index).padStart(2, '0')}`);
  for (const name of [...names, 'skipped-1']) await here.table(name);
  await here.recovery('table-07', false);
  await here.passFiring(hourMs);
  await here.pass(15 * minuteMs);
  expect(new Set(readChains(here).map(([link]) => link?.table.name))).toEqual(
    new Set(names.filter((name) => name !== 'table-07')),
  );
  expect(here.told('Export Round Completed')).toMatchObject([
    { tables: 40, current: 39, failed: 1, named: ['table-07'] },
  ]);
});

test('a table whose exports are behind is told once, also while nothing of ours runs the rounds, and when it is well again', async () => {
  await withOrders({ lake: { rpo: '2h' } });
  await here.passFiring(hourMs + 20 * minuteMs);
  here.isUp = false;
  let audits = 0;
  const auditEachHour = async (hours: number) => {
    for (let hour = 0; hour < hours; hour++) {
      await here.passFiring(hourMs);
      const invocation = { id: `audit-${++audits}`, endsAt: here.clock.now() + 900_000 };
      await here.done(audit(here.world().world, hub, invocation));
    }
  };
  await auditEachHour(1);
  expect(here.told('Export Overdue')).toEqual([]);
  await auditEachHour(4);
  expect(here.told('Export Overdue')).toMatchObject([
    { table: 'orders', plan: 'lake', until: '2026-01-31T03:00:00.000Z', rpoSeconds: 7200 },
  ]);
  expect(here.told('Protection Changed').at(-1)?.sentence).toContain(
    '1 table has exports that are behind: orders (lake)',
  );
  here.isUp = true;
  await auditEachHour(3);
  expect(here.told('Export Overdue')).toHaveLength(1);
  expect(here.told('Export Caught Up')).toMatchObject([{ table: 'orders', plan: 'lake' }]);
});

test('a table of which nothing was ever exported is overdue as well', async () => {
  await withOrders({ lake: { rpo: '2h' } });
  here.isUp = false;
  for (let hour = 0; hour < 4; hour++) {
    const invocation = { id: `audit-${hour}`, endsAt: here.clock.now() + 900_000 };
    await here.done(audit(here.world().world, hub, invocation));
    await here.pass(hourMs);
  }
  expect(here.told('Export Overdue')).toHaveLength(1);
  expect(here.told('Export Overdue')[0]).not.toHaveProperty('until');
});

test('the catalog says of each table the last complete instant, and how far behind it was when it was looked at', async () => {
  await withOrders();
  await here.passFiring(2 * hourMs + 20 * minuteMs);
  const [chain] = await here.chains();
  expect(chain).toMatchObject({ table: { name: 'orders' }, until: Date.parse('2026-01-31T04:00Z'), n: 1 });
  expect(chain?.lagSeconds).toBeGreaterThan(300);
  expect(chain?.lagSeconds).toBeLessThan(900);
});
