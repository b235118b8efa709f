import { backupItem, runItem } from '../../shared/ledger.ts';
import { instantOf } from '../../shared/names.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';
import { pointId } from '../../shared/points/id.ts';
import type { Backup, Run } from '../../shared/run.ts';
import { hub } from '../support/world.ts';
import type { ApiHere } from './here.ts';

export const tableId = '594d2af8-df57-46d8-b05d-20ea4264ee38';

/** A plan with a backup of two tables. */
export const plans = {
  nightly: { schedule: 'cron(0 3 * * ? *)', tables: { include: ['*'] }, keep: { daily: 7 } },
} satisfies Record<string, PlanSource>;

/** Writes that a run has ended. */
export async function ran(here: ApiHere, { plan = 'nightly', stamp }: { plan?: string; stamp: string }): Promise<void> {
  const at = instantOf(stamp);
  const run: Run = {
    target: hub,
    plan,
    stamp,
    state: 'COMPLETED',
    selector: { include: ['*'], exclude: [], tags: {} },
    scheduledAt: at,
    deadlineAt: at + 3_600_000,
    overlap: 'skip',
    startedAt: at + 500,
    announcedUntil: at,
    throttled: 0,
  };
  await here.done(here.apiWorld.catalog.put(runItem(run)));
}

/** Writes a backup into the ledger as a run leaves it, and answers with the id of its restore point. */
export async function backUp(here: ApiHere, more: Partial<Backup> = {}): Promise<string> {
  const stamp = more.stamp ?? '20260131T010000Z';
  const createdAt = instantOf(stamp) + 1000;
  const backup: Backup = {
    target: hub,
    plan: 'nightly',
    stamp,
    tableId,
    tableName: 'orders',
    state: 'AVAILABLE',
    attempt: 1,
    backupArn: `arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/0${createdAt}-1a2b3c4d`,
    createdAt,
    endedAt: createdAt + 5000,
    sizeBytes: 4096,
    ...more,
  };
  await ran(here, { plan: backup.plan, stamp });
  await here.done(here.apiWorld.catalog.put(backupItem(backup)));
  return pointId(backup);
}

/** What somebody asked for by hand. */
export const manual = { plan: 'ad-hoc', stamp: '20260131T013000Z-1a2b3c4d' };
