/** What the API answers, as far as commands print it; its contract is docs/openapi.json. Instants are ISO 8601, UTC. */

export interface Protection {
  plan: string;
  state: 'protected' | 'overdue' | 'waiting';
  newestAt?: string;
  overdueAt?: string;
}

export interface Table {
  name: string;
  account: string;
  region: string;
  id?: string;
  isOptedOut: boolean;
  protections: Protection[];
}

export interface Backup {
  id: string;
  backupId: string;
  backupArn?: string;
  table: string;
  tableId: string;
  plan: string;
  account: string;
  region: string;
  state: string;
  createdAt: string;
  sizeBytes?: number;
  expiresAt?: string;
  hold?: { by: string; reason: string; at: string };
  pins?: string[];
  isDuplicate?: boolean;
}

export interface Run {
  id: string;
  plan: string;
  account: string;
  region: string;
  state: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'SKIPPED';
  scheduledAt: string;
  startedAt?: string;
  endedAt?: string;
  reason?: string;
  skipped?: string;
  error?: string;
  outcome?: { completed: number; failed: number; skipped: number };
}

export interface TableOfRun {
  table: string;
  tableId: string;
  state: string;
  createdAt?: string;
  endedAt?: string;
  sizeBytes?: number;
  error?: string;
}

export interface Mistake {
  field: string;
  problem: string;
  remedy: string;
}

export interface Task {
  id: string;
  kind: 'restore' | 'export' | 'import';
  state: string;
  requester: { name: string };
  reason: string;
  acceptedAt: string;
  endedAt?: string;
  request: { source?: Record<string, unknown>; target?: { tableName?: string } };
  steps: { at: string; step: string }[];
  error?: { code: string; sentence: string; mistakes: Mistake[]; leftBehind: string };
  /** The event of its end. */
  completed?: { sentence: string; manifest?: string };
}

export interface DryRun {
  requestId: string;
  mistakes?: Mistake[];
  answer?: Explained;
}

/** What a restore, an export or an import would do. */
export interface Explained {
  steps?: string[];
  notices?: string[];
  settings?: { setting: string; asBackedUp: string; asWanted: string; because: string }[];
}
