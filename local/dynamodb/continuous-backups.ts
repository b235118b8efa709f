import { AwsError, type Call } from '../service.ts';
import { invalid, noTable } from './errors.ts';
import { tableOf } from './lookup.ts';
import type { Operations, Table, World } from './state.ts';
import { WriteLog } from './write-log.ts';

const dayMs = 86_400_000;
const longestPeriodDays = 35;
/** The newest moment that a table can be restored to, ago. */
const latestRestorableMs = 300_000;

/** Point-in-time recovery: its setting, its window, and the log of writes that it keeps. */
export function continuousBackupOperations(world: World): Operations {
  return {
    DescribeContinuousBackups: (call) => describe(world, call),
    UpdateContinuousBackups: (call) => {
      const table = tableOf(world, call, noTable);
      const specification = call.input.PointInTimeRecoverySpecification as Specification;
      checkAvailable(table, world.core.clock.now());
      update(world, table, specification);
      return describe(world, call);
    },
  };
}

interface Specification {
  PointInTimeRecoveryEnabled: boolean;
  RecoveryPeriodInDays?: number | null;
}

/** For some seconds after a table was created nothing can be backed up. */
export function checkAvailable({ name, backupsFrom }: Table, now: number): void {
  if (now >= backupsFrom) return;
  const message = `Backups are being enabled for the table: ${name}. Please retry later`;
  throw new AwsError('ContinuousBackupsUnavailableException', message);
}

/**
 * Switched off and on again, the window starts anew; another period leaves its start. That a shorter period which is made
 * longer again does not bring back what fell out of it is inferred.
 */
function update({ core }: World, table: Table, specification: Specification): void {
  const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } = specification;
  const now = core.clock.now();
  if (PointInTimeRecoveryEnabled) {
    const { pointInTime } = table;
    const days = RecoveryPeriodInDays ?? pointInTime?.days ?? longestPeriodDays;
    const windowMs = () => (table.pointInTime?.days ?? longestPeriodDays) * dayMs;
    table.pointInTime = pointInTime
      ? { ...pointInTime, since: windowOf(pointInTime, now).earliest, days }
      : { since: now, days, log: new WriteLog(table.items, () => core.clock.now(), windowMs) };
    return;
  }
  if (RecoveryPeriodInDays != null) {
    throw invalid('Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.');
  }
  table.pointInTime?.log.end();
  delete table.pointInTime;
}

function describe(world: World, call: Call) {
  const table = tableOf(world, call, noTable);
  const now = world.core.clock.now();
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: now < table.backupsFrom ? 'DISABLED' : 'ENABLED',
      PointInTimeRecoveryDescription: recovery(table, now),
    },
  };
}

function recovery({ pointInTime }: Table, now: number) {
  if (pointInTime === undefined) return { PointInTimeRecoveryStatus: 'DISABLED' };
  const { earliest, latest } = windowOf(pointInTime, now);
  return {
    PointInTimeRecoveryStatus: 'ENABLED',
    RecoveryPeriodInDays: pointInTime.days,
    EarliestRestorableDateTime: earliest / 1000,
    LatestRestorableDateTime: latest / 1000,
  };
}

/** The instants that a table can be restored to, in whole seconds, as epoch ms. */
export function windowOf(
  { since, days }: NonNullable<Table['pointInTime']>,
  now: number,
): { earliest: number; latest: number } {
  const earliest = Math.max(Math.ceil(since / 1000) * 1000, seconds(now - days * dayMs));
  return { earliest, latest: Math.max(earliest, seconds(now - latestRestorableMs)) };
}

const seconds = (epochMs: number): number => Math.floor(epochMs / 1000) * 1000;
