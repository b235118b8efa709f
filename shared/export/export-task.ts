import type { ExportRequest } from '../../events/export-request.ts';
import type { Target } from '../target.ts';
import type { Driving } from '../task/drive.ts';
import type { Task, TaskState } from '../task/task.ts';
import type { ExportBucket } from './buckets.ts';
import type { ExportCall } from './calls.ts';

/** Everything that was chosen when the task was accepted. Plain JSON: it does not change any more. */
export interface ExportPlan {
  target: Target;
  table: { name: string; id: string; arn: string };
  bucket: ExportBucket;
  prefix?: string;
  type: 'full' | 'incremental';
  call: ExportCall;
  enablesRecovery: boolean;
  isVerified: boolean;
}

/** What AWS said of an export that has ended well. */
export interface Exported {
  manifest: string;
  items: number;
  billedBytes: number;
  /** Of which it was: a table may have been made anew under its name since the task was accepted. */
  tableId?: string;
  /** Epoch ms; absent in incremental exports. */
  exportTime?: number;
}

/** How far the files have been read back. */
export interface Verifying {
  /** The list of files, and how long it is. */
  filesKey: string;
  filesBytes: number;
  /** The summary's count. */
  itemsExpected: number;
  /** Of the list, so many bytes have been gone through. */
  offset: number;
  files: number;
  items: number;
  bytes: number;
  /** The first of them. */
  differences: string[];
}

/** A task that writes a table to S3. Instants are epoch ms. */
export interface ExportTask extends Task {
  kind: 'export';
  state: Exclude<TaskState, 'RESTORING' | 'SETTLING' | 'IMPORTING' | 'APPLYING'>;
  request: ExportRequest;
  priority: 'interactive' | 'bulk';
  /** Absent in tasks that were refused. */
  plan?: ExportPlan;
  notices?: string[];
  /** Recovery was off and has been switched on, for this export. */
  recoveryEnabledAt?: number;
  /** The call may have left; since when its token is known to AWS. */
  sentAt?: number;
  exportArn?: string;
  startedAt?: number;
  isStartTold?: boolean;
  exported?: Exported;
  verifying?: Verifying;
}

export type PlannedExport = ExportTask & { plan: ExportPlan };

/** An export while this process drives it. */
export type Exporting = Driving<PlannedExport>;
