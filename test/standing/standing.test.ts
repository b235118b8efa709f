import { afterEach, expect, test } from 'vitest';
import { audit } from '../../shared/audit/audit.ts';
import { backupItem, runItem } from '../../shared/ledger.ts';
import type { Plan } from '../../shared/plan.ts';
import { pointId } from '../../shared/points/id.ts';
import { retain } from '../../shared/retention/apply.ts';
import type { Backup, Run } from '../../shared/run.ts';
import { dayReport, evidenceOf } from '../../shared/standing/evidence.ts';
import { environments, protectionOf, tableById, tablesMeant, tablesOf } from '../../shared/standing/standing.ts';
import { aPlan, hub, type Surroundings, surroundings } from '../retention/surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const plan = aPlan({ tables: { include: ['old', 'orders', 'users'] }, rpo: '26h', keep: { last: 1 } });
const look = () => here.run(audit(here.world, hub, here.invocation()));

async function begin(): Promise<void> {
  here = await surroundings('2026-01-01T00:00Z', [plan]);
  for (const name of ['orders', 'users', 'other']) await here.table(name);
  await here.table('old', { Tags: [{ Key: 'tablekeep:skip', Value: '' }] });
}

test('tables are shown as the last audit saw them: protected, waiting, overdue, in no plan, opted out', async () => {
  await begin();
  expect(await here.run(tablesOf(here.world, {}))).toEqual({ tables: [], totalCount: 0 });
  const [backup] = await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  await look();
  const page = await here.run(tablesOf(here.world, {}));
  expect(page).toMatchObject({ totalCount: 4, asOf: expect.any(Number) });
  expect(page?.tables).toMatchObject([
    { name: 'old', isOptedOut: true, protections: [] },
    {
      ...{ name: 'orders', id: backup?.tableId, arn: expect.stringMatching(/table\/orders$/), isOptedOut: false },
      protections: [
        {
          ...{ plan: 'nightly', state: 'protected', newestAt: backup?.createdAt, rpoMs: 26 * 3_600_000 },
          overdueAt: (backup?.createdAt ?? 0) + 26 * 3_600_000,
        },
      ],
    },
    { name: 'other', protections: [], id: expect.any(String) },
    { name: 'users', protections: [{ plan: 'nightly', state: 'waiting' }] },
  ]);
  await here.pass('2026-01-02T06:00Z');
  await look();
  const late = await here.run(tablesOf(here.world, { state: 'overdue' }));
  expect(late?.tables.map(({ name }) => name)).toEqual(['orders', 'users']);
});

test.each([
  [{ name: 'orders' }, ['orders']],
  [{ name: 'order' }, []],
  [{ namePrefix: 'o' }, ['old', 'orders', 'other']],
  [{ plan: 'nightly' }, ['orders', 'users']],
  [{ plan: 'weekly' }, []],
  [{ state: 'protected' as const }, ['orders']],
  [{ state: 'waiting' as const }, ['users']],
  [{ state: 'unplanned' as const }, ['other']],
  [{ state: 'optedOut' as const }, ['old']],
  [{ target: hub }, ['old', 'orders', 'other', 'users']],
  [{ target: { ...hub, region: 'eu-west-1' } }, []],
])('of %j it shows those, a page at a time', async (query, names) => {
  await begin();
  await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  await look();
  const found: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages <= names.length; pages++) {
    const page = await here.run(tablesOf(here.world, { ...query, limit: 1, ...(cursor && { cursor }) }));
    expect(page?.totalCount).toBe(names.length);
    found.push(...(page?.tables ?? []).map(({ name }) => name));
    cursor = page?.next;
    if (cursor === undefined) break;
  }
  expect(cursor).toBeUndefined();
  expect(found).toEqual(names);
});

test('all that a plan means are read in two calls, however many they are', async () => {
  await begin();
  await look();
  const from = here.calls.length;
  const { tables, asOf } = await here.run(tablesMeant(here.world, here.world.plans.get('nightly') as Plan));
  expect(tables.map(({ name }) => name)).toEqual(['orders', 'users']);
  expect(asOf).toEqual(expect.any(Number));
  expect(here.calls.length - from).toBe(2);
});

test('a table is found by its id, with its last good backup of now', async () => {
  await begin();
  await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  await look();
  const [, second] = [0, (await here.backUpAll('2026-01-02T02:00Z', ['orders']))[0]];
  await here.backUpAll('2026-01-03T02:00Z', ['orders'], { state: 'FAILED' });
  await here.run(retain(here.world, { plan: 'nightly', target: hub }, here.invocation()));
  const table = await here.run(tableById(here.world, second?.tableId ?? ''));
  if (table === undefined) throw new Error('There is no such table.');
  const status = await here.run(protectionOf(here.world, table));
  const ageMs = here.clock.now() - (second?.createdAt ?? 0);
  expect(status).toMatchObject({ name: 'orders', lastGood: { at: second?.createdAt, plan: 'nightly', ageMs } });
  expect(await here.run(tableById(here.world, '594d2af8-df57-46d8-b05d-20ea4264ee38'))).toBeUndefined();
});

test('an audit that finds everything as it was writes nothing down again', async () => {
  await begin();
  await look();
  const from = here.calls.length;
  await here.pass(here.clock.now() + 3_600_000);
  await look();
  const written = here.calls
    .slice(from)
    .filter(({ operation, input }) => operation === 'PutItem' && JSON.stringify(input).includes('standing#'));
  expect(written).toEqual([]);
});

test('the report of a day stays, and so does what came of each backup of the day before', async () => {
  await begin();
  await look();
  const ended = Date.parse('2026-01-01T02:01Z');
  const [good] = await here.backUpAll('2026-01-01T02:00Z', ['orders'], { endedAt: ended });
  const [bad] = await here.backUpAll('2026-01-01T02:02Z', ['users'], {
    endedAt: ended + 1,
    state: 'FAILED',
    error: 'KMS: disabled',
  });
  await here.backUpAll('2026-01-01T12:00Z', ['orders'], { endedAt: ended + 10 * 3_600_000 });
  await here.deleteByHand(bad ?? {});
  await here.pass('2026-01-01T13:00Z');
  await here.run(retain(here.world, { plan: 'nightly', target: hub }, here.invocation()));
  await here.pass('2026-01-02T00:30Z');
  await look();
  const page = await here.run(evidenceOf(here.world, hub, '2026-01-01', {}));
  expect(page).toMatchObject({ isFinal: true, totalCount: 4 });
  expect(page?.evidence).toMatchObject([
    { what: 'completed', at: ended, tableName: 'orders', backupArn: good?.backupArn, pointId: pointId(good as Backup) },
    { what: 'failed', at: ended + 1, tableName: 'users', reason: 'KMS: disabled' },
    { what: 'completed', at: ended + 10 * 3_600_000 },
    { what: 'deleted', backupArn: good?.backupArn, reason: expect.stringMatching(/No rule keeps it/) },
  ]);
  const first = await here.run(evidenceOf(here.world, hub, '2026-01-01', { limit: 3 }));
  const second = await here.run(evidenceOf(here.world, hub, '2026-01-01', { limit: 3, cursor: first?.next ?? '' }));
  expect([...(first?.evidence ?? []), ...(second?.evidence ?? [])]).toEqual(page?.evidence);
  expect(second?.next).toBeUndefined();
  const report = await here.run(dayReport(here.world, hub, '2026-01-02'));
  expect(report).toMatchObject({ tables: 4, completedToday: 2, failedToday: 1, deletedToday: 1 });
  expect(here.told('Protection Report').at(-1)).toMatchObject(report ?? { none: true });
});

test('what ended before midnight and was written after it is of the day before', async () => {
  await begin();
  await look();
  const [late] = await here.backUpAll('2026-01-01T23:58Z', ['orders'], { state: 'CREATING' });
  await here.pass('2026-01-02T00:00:30Z');
  await look();
  const entry = { ...(late as Backup), state: 'AVAILABLE' as const, endedAt: Date.parse('2026-01-01T23:59:59.900Z') };
  await here.run(here.world.catalog.put(backupItem(entry)));
  await here.pass('2026-01-02T01:00:30Z');
  await look();
  const page = await here.run(evidenceOf(here.world, hub, '2026-01-01', {}));
  expect(page).toMatchObject({ isFinal: true, evidence: [{ what: 'completed', at: entry.endedAt }] });
  expect(here.told('Protection Report')).toHaveLength(2);
});

test('of a day that is not over, it tells how its runs ended until now', async () => {
  await begin();
  await look();
  const endedAt = Date.parse('2026-01-01T02:01Z');
  const [orders, users] = await here.backUpAll('2026-01-01T02:00Z', ['orders', 'users'], { endedAt });
  await here.run(here.world.catalog.put(runItem(runOf(orders as Backup, '2026-01-01T02:00Z'))));
  const page = await here.run(evidenceOf(here.world, hub, '2026-01-01', { limit: 1 }));
  expect(page).toMatchObject({ isFinal: false, totalCount: 2, evidence: [{ what: 'completed', at: endedAt }] });
  const rest = await here.run(evidenceOf(here.world, hub, '2026-01-01', { limit: 1, cursor: page?.next ?? '' }));
  const names = [...(page?.evidence ?? []), ...(rest?.evidence ?? [])].map(({ tableName }) => tableName);
  expect(names.sort()).toEqual([orders?.tableName, users?.tableName]);
  expect(await here.run(evidenceOf(here.world, hub, '2026-01-02', {}))).toMatchObject({ evidence: [], totalCount: 0 });
});

const runOf = ({ target, plan, stamp }: Backup, at: string): Run => ({
  ...{ target, plan, stamp, state: 'COMPLETED', overlap: 'skip', throttled: 0, announcedUntil: 0 },
  ...{ scheduledAt: Date.parse(at), deadlineAt: Date.parse(at) + 1, endedAt: Date.parse(at) + 120_000 },
  selector: { include: ['*'], exclude: [], tags: {} },
});

test.each(['2026-13-01', '2026-02-30', 'today', '2026-01-01#', ''])('"%s" is no day', async (date) => {
  await begin();
  expect(await here.run(evidenceOf(here.world, hub, date, {}))).toBeUndefined();
  expect(await here.run(dayReport(here.world, hub, date))).toBeUndefined();
});

test('the places are those of plans, and when each was audited', async () => {
  await begin();
  expect(await here.run(environments(here.world))).toEqual([{ target: hub, isDeployed: true }]);
  await look();
  expect(await here.run(environments(here.world))).toEqual([
    { target: hub, isDeployed: true, auditedAt: expect.any(Number) },
  ]);
});
