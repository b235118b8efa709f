import type { RestoreRequest } from '../../events/restore-request.ts';
import type { BackupOf } from '../run.ts';
import type { TableSettings } from '../settings/settings.ts';
import type { Target } from '../target.ts';
import type { Mistake } from '../task/task.ts';
import type { FullBackup, LivingTable, Window } from './calls.ts';

/** The ledger entry of a backup: what is pinned. */
export type Pinned = BackupOf & { tableName: string; backupArn: string; isDuplicate?: boolean };

/** What DescribeBackup knows beside the structure, and nobody captures. */
export interface Features {
  stream: { viewType: string } | null;
  timeToLive: { attribute: string } | null;
}

export type FoundSource = {
  place: Target;
  /** Absent: AWS does not say it of a SYSTEM backup, and the table had no other. */
  features?: Features;
} & (
  | {
      kind: 'backup';
      backup: FullBackup;
      /** Absent: not in our ledger, so it cannot be pinned. */
      pin?: Pinned;
    }
  | {
      kind: 'instant';
      table: LivingTable;
      window: Window;
      /** Epoch ms. */
      at: number;
    }
);

/** The settings nearest to what is restored. */
export interface Captured {
  settings: TableSettings;
  /** Epoch ms. */
  capturedAt: number;
  /** Nobody captured any: they are those that the living table has now. */
  isOfNow?: true;
}

/** A key that the restore will need, and what is known of it. */
export interface FoundKey {
  field: string;
  keyArn: string;
  /** `Enabled`, `Disabled` …, `NotFound`; undefined when we may not look. */
  state?: string;
}

/** Everything that can be read before a restore: what the plan is made of. */
export interface Found {
  request: RestoreRequest;
  /** Epoch ms. */
  now: number;
  /** What could not be found, or not be read. */
  mistakes: Mistake[];
  notices: string[];
  source?: FoundSource;
  /** The table that has the name of the source now, if any. */
  living?: LivingTable;
  target: Target;
  /** The table that has the name of the target now, if any. */
  taken?: LivingTable;
  /** That table is our own catalog. */
  isCatalog?: true;
  captured?: Captured;
  keys: FoundKey[];
  /** Regions of captured replicas that cannot be used, and why. */
  unusableRegions: { region: string; why: string }[];
  /** Restores that run in the destination, and that wait before this one. */
  queue: { running: number; waiting: number };
}
