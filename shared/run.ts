import type { RunName } from './names.ts';
import type { Requester } from './requester.ts';

/** QUEUED waits for admission or for the run before it; the last three are ends. */
export type RunState = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'SKIPPED';

/** Which tables a run takes, as the plan said when the run was made: a deployment in mid-run does not change it. */
export interface Selector {
  include: string[];
  exclude: string[];
  /** Tag key → pattern of its value; all must fit. */
  tags: Record<string, string>;
}

/** One firing of a plan for one target. Instants are epoch ms. */
export interface Run extends RunName {
  state: RunState;
  /** Of the plan as it was; `ad-hoc` runs have none. */
  planHash?: string;
  selector: Selector;
  scheduledAt: number;
  deadlineAt: number;
  /** Backups a second at most, when the plan asks for less than the quota. */
  rate?: number;
  overlap: 'skip' | 'queue';
  /** For runs that were asked for. */
  requestId?: string;
  requester?: Requester;
  reason?: string;
  /** When retention may delete the backups of an ad-hoc run. */
  expiresAt?: number;
  /** Why the listing was given up: the run ends as `Run Failed`, after what it had selected has ended. */
  listingError?: string;
  startedAt?: number;
  endedAt?: number;
  /** Every end before this instant has been told, unless the run is doubtful. */
  announcedUntil: number;
  /** Its last driver has left it by itself. */
  isLeft?: true;
  /** A driver has died, or stood still: what it wrote may arrive late, so every end is told again by who goes on. */
  isDoubtful?: true;
  throttled: number;
  /** Once ended, so that the end told again after a crash is the same. */
  outcome?: Outcome;
  /** Why it was skipped. */
  skipped?: 'late' | 'overlap' | 'disabled' | 'cancelled';
  /** Of one that was cancelled: by whom and why. */
  cancelled?: { by: string; reason: string };
  dueAt?: number;
  driver?: string;
  leaseUntil?: number;
}

/** Tables of a run by how they ended. */
export interface Outcome {
  completed: number;
  failed: number;
  skipped: number;
  /** Ten at most. */
  failedTables: string[];
}

/** What AWS said of a table when a run selected it, and of a backup only DescribeBackup would say again. */
export interface TableFacts {
  itemCount: number;
  /** Provisioned units a second; 0 on demand. */
  read?: number;
  write?: number;
  /** Of its customer key: the id, or the whole ARN of another account's. */
  key?: string;
}

/** A table as a run selected it. */
export interface SelectedTable {
  name: string;
  id: string;
  facts?: TableFacts;
  /** Why AWS does not describe this one, or that it is being restored: it has no backup in this run, and `id` is made of its name. */
  refused?: string;
}

export type BackupState =
  | 'PENDING'
  | 'STARTING'
  | 'CREATING'
  | 'AVAILABLE'
  | 'DELETING'
  | 'DELETED'
  | 'FAILED'
  | 'SKIPPED'
  /** Not at AWS any more, and we did not delete it. */
  | 'VANISHED';

/** One backup, and the ledger entry of (run, table). Instants are epoch ms. */
export interface Backup extends RunName {
  tableId: string;
  tableName: string;
  state: BackupState;
  attempt: number;
  /** While STARTING: the claim's lease. */
  leaseUntil?: number;
  /** While PENDING: not before. */
  retryAt?: number;
  backupArn?: string;
  /** AWS's BackupCreationDateTime. */
  createdAt?: number;
  /** When it was seen AVAILABLE, or failed, or was skipped. */
  endedAt?: number;
  sizeBytes?: number;
  facts?: TableFacts;
  /** The table's settings that were captured last, when it was seen AVAILABLE; `capturedAt` in epoch ms. */
  settings?: { hash: string; capturedAt: number };
  error?: string;
  /** A person's word that it stays. */
  hold?: { by: string; reason: string; at: number };
  /** Ad-hoc: somebody wanted it deleted then. */
  deletion?: { by: string; reason: string; at: number };
  /** What requests have done to it, `held <request id>`: each acts once. */
  acted?: Set<string>;
  /** Ids of the tasks that need it. */
  pins?: Set<string>;
  /** Ad-hoc: when it may be deleted. */
  expiresAt?: number;
  /** A second backup of the same (run, table), found at AWS: it goes by retention. */
  isDuplicate?: boolean;
  /** When retention began to delete it. */
  deletingAt?: number;
  deletedAt?: number;
  /** When it was found that AWS does not have it any more. */
  vanishedAt?: number;
  deletedBecause?: string;
}

/** What names a backup in the catalog. */
export type BackupOf = Pick<Backup, 'target' | 'plan' | 'stamp' | 'tableId'>;
