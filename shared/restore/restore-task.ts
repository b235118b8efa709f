import type { RestoreRequest } from '../../events/restore-request.ts';
import type { SettingName } from '../settings/settings.ts';
import type { Counting } from '../task/count.ts';
import type { Settled } from '../task/put-settings.ts';
import { type Task, type TaskState, taskFrom } from '../task/task.ts';
import type { Item } from '../world.ts';
import type { RestorePlan } from './plan.ts';

/** What was looked at when the table was there. */
export interface Verification {
  isAsExpected: boolean;
  differences: string[];
  /** Parts of the settings that should be there, and that are. */
  settings: { expected: number; restored: number };
  sample?: { asked: number; found: number };
  count?: { items: number; inBackupAbout: number };
}

/** A task that brings a table back. Instants are epoch ms. */
export interface RestoreTask extends Task {
  kind: 'restore';
  state: Exclude<TaskState, 'EXPORTING' | 'IMPORTING' | 'APPLYING'>;
  request: RestoreRequest;
  priority: 'interactive' | 'bulk';
  /** Absent in tasks that were refused. */
  plan?: RestorePlan;
  /** Beside the plan: what people should know. */
  notices?: string[];
  isPinned?: boolean;
  /** A start call is on its way, or one of them got no answer; since when. */
  sentAt?: number;
  /** AWS is making it: the only table that this task may touch. */
  tableId?: string;
  startedAt?: number;
  activeAt?: number;
  tableArn?: string;
  isStartTold?: boolean;
  settled?: Partial<Record<SettingName, Settled>>;
  counting?: Counting;
  verification?: Verification;
  streamArn?: string;
}

export const restoreFrom = (item: Item): RestoreTask => taskFrom(item);
