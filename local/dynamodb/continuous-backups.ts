import { AwsError, type Call } from '../service.ts';
import { invalid, noTable } from './errors.ts';
import { tableOf } from './lookup.ts';
import type { Operations, Table, World } from './state.ts';

const dayMs = 86_400_000;
const longestPeriodDays = 35;
/** The newest moment that a table can be restored to, ago. */
const latestRestorableMs = 300_000;

/** The setting of point-in-time recovery. */
export function continuousBackupOperations(world: World): Operations {
  return {
    DescribeContinuousBackups: (call) => describe(world, call),
    UpdateContinuousBackups: (call) => {
      const table = tableOf(world, call, noTable);
      const specification = call.input.PointInTimeRecoverySpecification as Specification;
      checkAvailable(table, world.core.clock.now());
      update(table, specification, world.core.clock.now());
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

/** Switched off and on again, the window starts anew; another period leaves its start. */
function update(table: Table, { PointInTimeRecoveryEnabled, RecoveryPeriodInDays }: Specification, now: number): void {
  if (PointInTimeRecoveryEnabled) {
    const days = RecoveryPeriodInDays ?? table.pointInTime?.days ?? longestPeriodDays;
    table.pointInTime = { since: table.pointInTime?.since ?? now, days };
    return;
  }
  if (RecoveryPeriodInDays != null) {
    throw invalid('Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.');
  }
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
  const { since, days } = pointInTime;
  const earliest = Math.max(since, now - days * dayMs);
  return {
    PointInTimeRecoveryStatus: 'ENABLED',
    RecoveryPeriodInDays: days,
    EarliestRestorableDateTime: seconds(earliest),
    LatestRestorableDateTime: seconds(Math.max(earliest, now - latestRestorableMs)),
  };
}

const seconds = (epochMs: number): number => Math.floor(epochMs / 1000);
