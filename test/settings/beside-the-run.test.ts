import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { backupFrom, backupsOf } from '../../shared/ledger.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';
import { startRun } from '../../shared/run/start.ts';
import { takeBackups } from '../../shared/run/take.ts';
import type { Backup } from '../../shared/run.ts';
import { newestCapture, settingsWithHash } from '../../shared/settings/store.ts';
import type { Item } from '../../shared/world.ts';
import { type LocalService, service } from '../support/service.ts';
import { catalogName, hub, type LocalOptions } from '../support/world.ts';
import { arnOf, type Here, here } from './full-table.ts';

const day = 86_400_000;
const nightly: PlanSource = {
  schedule: 'cron(0 2 * * ? *)',
  tables: { include: ['orders-*'] },
  keep: { daily: 7 },
};

let at: Here;
afterEach(() => at.close());

async function withTables(tables: number, options: LocalOptions = {}): Promise<LocalService> {
  at = await here({ plans: { nightly }, settingsEveryMs: day, ...options });
  for (let n = 0; n < tables; n++) await at.createTable(`orders-${String(n).padStart(4, '0')}`);
  await at.pass(10_000);
  return service(at);
}

/** One night's run, with the time in which what is left over is captured. */
async function night(functions: LocalService, runs: number): Promise<void> {
  functions.fire('nightly');
  await functions.untilEnded(runs);
  await at.pass(120_000);
  expect(functions.thrown).toEqual([]);
}

const invocation = (id: string) => ({ id, endsAt: at.clock.now() + 900_000 });

/** How often each operation was called from now on. */
function countCalls(): Map<string, number> {
  const calls = new Map<string, number>();
  at.aws.onCall(({ call }) => {
    if (call.input.TableName === catalogName) return;
    calls.set(call.operation, (calls.get(call.operation) ?? 0) + 1);
  });
  return calls;
}

async function readLedger(): Promise<Backup[]> {
  const backups: Backup[] = [];
  const { catalog } = at.world().world;
  for await (const item of catalog.query(backupsOf({ target: hub, plan: 'nightly' }))) backups.push(backupFrom(item));
  return backups;
}
const ledger = () => at.done(readLedger());

async function newestOf(tableId: string) {
  const { world } = at.world();
  const newest = await at.done(newestCapture(world, hub, tableId));
  return newest && at.done(settingsWithHash(world, newest.hash));
}

describe('beside the run', () => {
  test('each backup, in the ledger and as it is told, knows the settings of its table', async () => {
    const functions = await withTables(3);
    await at.ask('dynamodb', 'TagResource', {
      ResourceArn: arnOf('orders-0001'),
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
    await night(functions, 1);
    const told = functions.factsOf('Backup Completed').map(({ detail }) => detail);
    expect(told.map(({ settings }) => settings)).toEqual([
      { hash: expect.stringMatching(/^[0-9a-f]{64}$/), capturedAt: expect.stringMatching(/Z$/) },
      expect.anything(),
      expect.anything(),
    ]);
    const backups = await ledger();
    const tagged = backups.find(({ tableName }) => tableName === 'orders-0001');
    const settings = await at.done(settingsWithHash(at.world().world, tagged?.settings?.hash ?? ''));
    expect(settings?.tags).toEqual({ team: 'shop' });
  });

  test('300 tables get their backups not a moment later than without captures', async () => {
    const lastCreatedAt = async (settingsEveryMs: number) => {
      const functions = await withTables(300, { settingsEveryMs });
      await night(functions, 1);
      const last = Math.max(...(await ledger()).map(({ createdAt = 0 }) => createdAt));
      const [run] = functions.factsOf('Run Completed');
      const captured = (await ledger()).filter(({ settings }) => settings !== undefined).length;
      at.close();
      return { last, completed: run?.detail.completed, captured };
    };
    const without = await lastCreatedAt(0);
    const beside = await lastCreatedAt(day);
    expect(without).toMatchObject({ completed: 300, captured: 0 });
    expect(beside.completed).toBe(300);
    expect(Math.abs(beside.last - without.last)).toBeLessThan(250);
  });

  test('once in its time per table, and what a run leaves over is captured after it', async () => {
    const functions = await withTables(40, { settingsEveryMs: 7_200_000 });
    const calls = countCalls();
    await night(functions, 1);
    expect(calls.get('DescribeContinuousBackups')).toBe(40);
    await at.pass(1_800_000);
    await night(functions, 2);
    expect(calls.get('DescribeContinuousBackups')).toBe(40);
    expect(
      functions
        .factsOf('Backup Completed')
        .slice(-40)
        .every(({ detail }) => detail.settings !== undefined),
    ).toBe(true);
    await at.pass(7_200_000);
    await night(functions, 3);
    expect(calls.get('DescribeContinuousBackups')).toBe(80);
  });

  test.each([
    [
      'a tag',
      () => at.ask('dynamodb', 'TagResource', { ResourceArn: arnOf('orders-0001'), Tags: [{ Key: 'a', Value: 'b' }] }),
    ],
    [
      'the protection',
      () => at.ask('dynamodb', 'UpdateTable', { TableName: 'orders-0001', DeletionProtectionEnabled: true }),
    ],
  ])('%s that has changed is captured by the next run, and no other table', async (_what, change) => {
    const functions = await withTables(3);
    await night(functions, 1);
    await change();
    await at.pass(60_000);
    const calls = countCalls();
    await night(functions, 2);
    expect(calls.get('DescribeContinuousBackups')).toBe(1);
    const of = (await ledger())
      .filter(({ tableName }) => tableName === 'orders-0001')
      .map(({ settings }) => settings?.hash);
    expect(new Set(of).size).toBe(2);
  });

  test('tables that somebody asks for are read at once, however new their capture, and each backup has what was read', async () => {
    const functions = await withTables(100);
    await night(functions, 1);
    // Nothing that a bulk call or DescribeTable shows.
    await at.ask('dynamodb', 'UpdateContinuousBackups', {
      TableName: 'orders-0099',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    await at.pass(60_000);
    const calls = countCalls();
    const askedAt = at.clock.now();
    const tables = Array.from({ length: 100 }, (_, n) => `orders-${String(n).padStart(4, '0')}`);
    functions.request({ tables, reason: 'before the migration' });
    await functions.untilEnded(2);
    expect(functions.thrown).toEqual([]);
    expect(calls.get('DescribeContinuousBackups')).toBe(100);
    const told = functions.factsOf('Backup Completed').filter(({ detail }) => detail.plan === 'ad-hoc');
    const refs = told.map(
      ({ detail }) => [detail.table, detail.settings as { hash: string; capturedAt: string }] as const,
    );
    expect(refs).toHaveLength(100);
    expect(refs.filter(([, { capturedAt }]) => Date.parse(capturedAt) < askedAt)).toEqual([]);
    const hash = refs.find(([table]) => table === 'orders-0099')?.[1].hash ?? '';
    const settings = await at.done(settingsWithHash(at.world().world, hash));
    expect(settings?.pointInTimeRecovery).toMatchObject({ days: 35 });
  });

  test('a capture that AWS throttles on and on holds up a backup that somebody asked for no longer than two minutes', async () => {
    const functions = await withTables(1);
    await night(functions, 1);
    at.aws.intercept(async ({ operation }, perform) => {
      if (operation === 'DescribeContinuousBackups') throw new AwsError('ThrottlingException', 'Rate exceeded', 400);
      return perform();
    });
    const askedAt = at.clock.now();
    functions.request({ tables: ['orders-0000'], reason: 'x' });
    await functions.untilEnded(2);
    const [completed] = functions.factsOf('Backup Completed').slice(-1);
    expect(completed?.detail).toMatchObject({ plan: 'ad-hoc', settings: { hash: expect.anything() } });
    expect((completed?.at ?? 0) - askedAt).toBeGreaterThan(110_000);
    expect((completed?.at ?? 0) - askedAt).toBeLessThan(180_000);
  });

  test('the documented rates are kept, and a throttle costs no table its settings', async () => {
    const functions = await withTables(60);
    const sentAt: number[] = [];
    at.aws.onCall(({ call, endedAt }) => {
      if (call.operation === 'ListTagsOfResource') sentAt.push(endedAt);
    });
    let calls = 0;
    at.aws.intercept(async ({ operation }, perform) => {
      if (operation === 'ListTagsOfResource' && ++calls % 10 === 0) {
        throw new AwsError('ThrottlingException', 'Rate exceeded', 400);
      }
      return perform();
    });
    await night(functions, 1);
    const settings = [];
    for (const { tableId } of await ledger()) settings.push(await newestOf(tableId));
    expect(settings).not.toContain(undefined);
    expect(settings.map((found) => found?.tags ?? 'none')).toEqual(settings.map(() => 'none'));
    expect(sentAt.length).toBeGreaterThan(60);
    const inASecond = sentAt.map((from) => sentAt.filter((other) => other >= from && other < from + 1000).length);
    expect(Math.max(...inASecond)).toBeLessThanOrEqual(10);
  });

  test('settings that AWS fails to tell are recorded so, cost no backup, and are read by the next run', async () => {
    const functions = await withTables(2);
    const stop = at.aws.intercept(async ({ operation }, perform) => {
      if (operation === 'GetResourcePolicy') throw new AwsError('InternalServerError', 'not today', 500);
      return perform();
    });
    await night(functions, 1);
    expect(functions.factsOf('Run Completed')[0]?.detail).toMatchObject({ completed: 2, failed: 0 });
    stop();
    await night(functions, 2);
    const policies = [];
    for (const { settings } of await ledger()) {
      const found = await at.done(settingsWithHash(at.world().world, settings?.hash ?? ''));
      policies.push(found?.resourcePolicy ?? 'none');
    }
    expect(policies).toEqual([
      { unread: expect.stringContaining('not today') },
      { unread: expect.stringContaining('not today') },
      'none',
      'none',
    ]);
  });

  test('a table that may not be described fails with the reason every night, and the others have their settings', async () => {
    const functions = await withTables(3);
    at.aws.intercept(async ({ operation, input }, perform) => {
      if (operation === 'DescribeTable' && input.TableName === 'orders-0001') {
        throw new AwsError('AccessDeniedException', 'not authorized', 400);
      }
      return perform();
    });
    await night(functions, 1);
    await night(functions, 2);
    const told = functions.factsOf('Backup Failed').map(({ detail }) => [detail.table, detail.error]);
    expect(told).toEqual([
      ['orders-0001', expect.stringContaining('not authorized')],
      ['orders-0001', expect.stringContaining('not authorized')],
    ]);
    const completed = (await ledger()).filter(({ state }) => state === 'AVAILABLE');
    expect(completed.map(({ settings }) => typeof settings?.hash)).toEqual(['string', 'string', 'string', 'string']);
  });

  test('settings of a table that AWS does not describe meanwhile are unread with the reason, and those before stay', async () => {
    const functions = await withTables(2);
    const unreadOf = async () => {
      const items: Item[] = [];
      const read = async () => {
        for await (const item of at.world().world.catalog.query({
          pk: `settings#${hub.account}/${hub.region}`,
          prefix: 'table#',
        }))
          items.push(item);
      };
      await at.done(read());
      return items.map(({ tableName, hash, unread }) => [tableName, typeof hash, unread]).sort();
    };
    /** From the second look on, which is the capture's: the first one is the selection's. */
    const refuseToDescribe = (tableName: string) => {
      let looks = 0;
      return at.aws.intercept(async ({ operation, input }, perform) => {
        const isMeant = operation === 'DescribeTable' && input.TableName === tableName;
        if (isMeant && ++looks > 1) throw new AwsError('InternalServerError', 'not today', 500);
        return perform();
      });
    };
    const stop = refuseToDescribe('orders-0001');
    await night(functions, 1);
    expect(functions.factsOf('Run Completed')[0]?.detail).toMatchObject({ completed: 2, failed: 0 });
    expect(await unreadOf()).toEqual([
      ['orders-0000', 'string', undefined],
      ['orders-0001', 'undefined', expect.stringContaining('not today')],
    ]);
    stop();
    await night(functions, 2);
    const all = [
      ['orders-0000', 'string', undefined],
      ['orders-0001', 'string', undefined],
    ];
    expect(await unreadOf()).toEqual(all);
    const stopAgain = refuseToDescribe('orders-0001');
    await night(functions, 3);
    expect(await unreadOf()).toEqual([all[0], ['orders-0001', 'string', expect.stringContaining('not today')]]);
    const last = functions.factsOf('Backup Completed').slice(-2);
    expect(last.map(({ detail }) => typeof detail.settings)).toEqual(['object', 'object']);
    stopAgain();
    await night(functions, 4);
    expect(await unreadOf()).toEqual(all);
  });

  test('a mistake of our own costs no backup, and is thrown again by each retry, so that the failure is told', async () => {
    await withTables(2);
    const { world } = at.world();
    const broken = {
      ...world,
      settingsApi: () => {
        throw new TypeError('a mistake of ours');
      },
    };
    const scheduledAt = new Date(at.clock.now()).toISOString();
    const { runs } = await at.done(
      startRun(world)({ type: 'bare', detail: { plan: 'nightly', scheduledAt } }, invocation('start')),
    );
    const take = (id: string) =>
      at.done(takeBackups(broken)({ type: 'bare', detail: { run: runs[0] ?? '' } }, invocation(id)));
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(take('one')).rejects.toThrow('a mistake of ours');
      await at.pass(60_000);
    }
    expect(await take('another')).toMatchObject({ drove: 'none' });
    expect(at.facts.filter(({ type }) => type === 'Run Completed').map(({ detail }) => detail.completed)).toEqual([2]);
  });

  test('wherever its process is killed while it captures, each table ends once, and has its settings the next night', async () => {
    for (let point = 5; point < 150; point += 13) {
      at = await here({ plans: { nightly }, settingsEveryMs: day });
      for (const name of ['orders-a', 'orders-b']) await at.createTable(name);
      await at.pass(10_000);
      const fateOf = (environment: number) => (n: number) => (environment === 0 && n === point ? 'kill' : undefined);
      const functions = service(at, { fateOf });
      functions.fire('nightly');
      await functions.untilEnded(1);
      await at.pass(60_000);
      functions.fire('nightly');
      await functions.untilEnded(2);
      await at.pass(60_000);
      const backups = await ledger();
      expect(backups.map(({ state }) => state)).toEqual(['AVAILABLE', 'AVAILABLE', 'AVAILABLE', 'AVAILABLE']);
      expect(
        backups.slice(2).every(({ settings }) => settings !== undefined),
        `killed at ${point}`,
      ).toBe(true);
      at.close();
    }
  });
});
