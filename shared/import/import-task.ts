import type { ImportRequest } from '../../events/import-request.ts';
import type { ExportBucket } from '../export/buckets.ts';
import type { SettingName, TableSettings } from '../settings/settings.ts';
import type { Target } from '../target.ts';
import type { Counting } from '../task/count.ts';
import type { Driving } from '../task/drive.ts';
import type { Settled } from '../task/put-settings.ts';
import type { Task, TaskState } from '../task/task.ts';
import type { MakeCall } from './calls.ts';
import type { Part } from './parts.ts';
import type { Windows } from './source.ts';
import type { TableStructure } from './structure.ts';

/** Everything that was chosen when the task was accepted. Plain JSON: it does not change any more. */
export interface ImportPlan {
  target: Target & { tableName: string };
  bucket: ExportBucket;
  full: Part;
  windows: Windows;
  /** How many there are, and how many records they have. */
  windowCount: number;
  records: number;
  /** Epoch ms: the table becomes what the source was then. */
  until: number;
  /** Every window says what was there before: then the number of items is known. */
  isCountKnown: boolean;
  call: MakeCall;
  structure: TableStructure;
  settings: TableSettings;
  /** Known before anything is begun. */
  notPutBack: { setting: SettingName; reason: string }[];
}

/** How far our own writes have come. */
export interface Applying {
  /** 0: the full export; n: the n-th window. */
  part: number;
  /** Of the part's list of files so many bytes, and so many lines of the file after them. */
  offset: number;
  lines: number;
  /** Records of this part so far. */
  records: number;
  /** Of all windows so far. */
  put: number;
  deleted: number;
  /** Items that there are more, by the old images. */
  net: number;
}

/** A task that makes a table of exported files. Instants are epoch ms. */
export interface ImportTask extends Task {
  kind: 'import';
  state: Exclude<TaskState, 'RESTORING' | 'EXPORTING'>;
  request: ImportRequest;
  priority: 'interactive' | 'bulk';
  /** Absent in tasks that were refused. */
  plan?: ImportPlan;
  notices?: string[];
  /** The call may have left; since when. */
  sentAt?: number;
  /** The only table that this task may touch. */
  tableId?: string;
  tableArn?: string;
  importArn?: string;
  startedAt?: number;
  isStartTold?: boolean;
  /** What AWS imported. */
  imported?: number;
  lockedAt?: number;
  applying?: Applying;
  /** Writes of a driver may be signed until then; absent while none is writing. */
  writingUntil?: number;
  counting?: Counting;
  /** By the scan at the end. */
  items?: number;
  differences?: string[];
  settled?: Partial<Record<SettingName, Settled>>;
}

export type PlannedImport = ImportTask & { plan: ImportPlan };

/** An import while this process drives it. */
export type Importing = Driving<PlannedImport>;
