import fc from 'fast-check';
import { MemoryCatalog } from '../../bench/catalog.ts';
import { auditKey } from '../../shared/audit/memory.ts';
import { backupItem, runItem } from '../../shared/ledger.ts';
import { adHoc, stampOf } from '../../shared/names.ts';
import { planOf } from '../../shared/plan.ts';
import type { Reader } from '../../shared/points/known.ts';
import type { Backup, BackupState, Run } from '../../shared/run.ts';
import type { World } from '../../shared/world.ts';

export const hub = { account: '111111111111', region: 'us-east-1' };
export const member = { account: '222222222222', region: 'eu-central-1' };
export const now = Date.UTC(2026, 5, 1);

const daily = planOf('daily', {
  schedule: 'cron(0 2 * * ? *)',
  tables: { include: ['*'] },
  keep: { last: 3 },
  targets: [{}, { account: member.account, regions: [member.region] }],
});

export const ids = [
  '594d2af8-df57-46d8-b05d-20ea4264ee38',
  '00000000-0000-4000-8000-000000000000',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
  '594d2af8-df58-46d8-b05d-20ea4264ee38',
  'of moto: no uuid',
];

/** A catalog in memory, and what reads it; `plan` is deployed in both targets, what is left of `old` the audit knows. */
export function reader(): { catalog: MemoryCatalog; world: Reader & World } {
  const catalog = new MemoryCatalog();
  const clock = { now: () => now, sleep: async () => {} };
  const plans = new Map([['daily', daily]]);
  return { catalog, world: { catalog, clock, hub, plans, exportPlans: new Map() } as unknown as Reader & World };
}

export async function remember(catalog: MemoryCatalog): Promise<void> {
  for (const target of [hub, member]) {
    await catalog.put({ ...auditKey(target), knownPlans: ['daily', 'old', adHoc], knownTargets: [] });
  }
}

export const dayMs = 86_400_000;

/** A run of so many days before now, with what became of its tables. */
export interface History {
  run: Run;
  backups: Backup[];
}

const states: BackupState[] = ['AVAILABLE', 'AVAILABLE', 'AVAILABLE', 'CREATING', 'FAILED', 'DELETED', 'DELETING'];

const entry = fc.record({
  table: fc.nat(ids.length - 1),
  state: fc.constantFrom(...states),
  lateMs: fc.integer({ min: 0, max: 7_200_000 }),
  sizeBytes: fc.option(fc.constantFrom(0, 0, 1, 5, 1_000_000), { nil: undefined }),
  isDuplicate: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
});

/** Random runs of random plans in two targets, a day apart or in one second. */
export const histories = fc
  .array(
    fc.record({
      plan: fc.constantFrom('daily', 'old', adHoc),
      target: fc.constantFrom(hub, member),
      day: fc.integer({ min: 0, max: 20 }),
      request: fc.constantFrom(undefined, 'a', 'b'),
      isOver: fc.boolean(),
      entries: fc.uniqueArray(entry, { maxLength: 6, selector: ({ table, isDuplicate }) => `${table}${isDuplicate}` }),
    }),
    { maxLength: 25 },
  )
  .map((runs) => {
    const unique = new Map(runs.map((run) => [`${run.plan}${run.target.account}${run.day}${run.request}`, run]));
    return [...unique.values()].map(({ plan, target, day, request, isOver, entries }): History => {
      const scheduledAt = now - day * dayMs - 10_000;
      const name = { plan, target, stamp: stampOf(scheduledAt, plan === adHoc ? (request ?? 'c') : request) };
      const run = runOf(name, scheduledAt, isOver || day > 2);
      return { run, backups: entries.map((one) => backupOf(run, one)) };
    });
  });

function runOf(name: Pick<Run, 'plan' | 'target' | 'stamp'>, scheduledAt: number, isOver: boolean): Run {
  return {
    ...name,
    state: isOver ? 'COMPLETED' : 'RUNNING',
    selector: { include: ['*'], exclude: [], tags: {} },
    scheduledAt,
    deadlineAt: scheduledAt + 4 * 3_600_000,
    overlap: 'skip',
    announcedUntil: 0,
    throttled: 0,
    ...(isOver && {
      endedAt: scheduledAt + 2 * 3_600_000,
      outcome: { completed: 1, failed: 0, skipped: 0, failedTables: [] },
    }),
  };
}

type Entry = typeof entry extends fc.Arbitrary<infer One> ? One : never;

function backupOf({ target, plan, stamp, scheduledAt }: Run, one: Entry): Backup {
  const tableId = ids[one.table] ?? '';
  const backupArn = `arn:aws:dynamodb:${target.region}:${target.account}:table/t/backup/0${one.table}${one.isDuplicate}`;
  return {
    ...{ target, plan, stamp, tableId, tableName: `table ${one.table}`, state: one.state, attempt: 1, backupArn },
    createdAt: scheduledAt + one.lateMs,
    ...(one.sizeBytes !== undefined && { sizeBytes: one.sizeBytes }),
    ...(one.isDuplicate && { isDuplicate: true }),
  };
}

export async function put(catalog: MemoryCatalog, { run, backups }: History): Promise<void> {
  await catalog.put(runItem(run));
  for (const backup of backups) await catalog.put(backupItem(backup));
}
