import type { Reader } from '../points/known.ts';
import type { Target } from '../target.ts';

/** How one plan protects a table; `waiting` has no backup yet and need not have one. */
export interface PlanProtection {
  plan: string;
  state: 'protected' | 'overdue' | 'waiting';
  /** Epoch ms: when the content of the newest AVAILABLE backup is from. */
  newestAt?: number;
  /** From then on it is overdue; absent: never. */
  overdueAt?: number;
  /** Of the plan, if it has one. */
  rpoMs?: number;
}

/** A table as the last audit saw it. */
export interface StandingTable {
  target: Target;
  name: string;
  /** Undefined where AWS did not describe it to us. */
  id?: string;
  arn?: string;
  status?: string;
  sizeBytes?: number;
  itemCount?: number;
  /** ARN of its customer key, if it has one. */
  keyArn?: string;
  createdAt?: number;
  isOptedOut: boolean;
  /** None: no plan means it. */
  protections: PlanProtection[];
}

export interface TableQuery {
  target?: Target;
  /** Exact. */
  name?: string;
  namePrefix?: string;
  /** Only tables that this plan means. */
  plan?: string;
  /** `unplanned`: in no plan and not opted out. */
  state?: 'protected' | 'overdue' | 'waiting' | 'unplanned' | 'optedOut';
  /** At most 1,000; default 100. */
  limit?: number;
  cursor?: string;
}

export interface TablePage {
  tables: StandingTable[];
  totalCount: number;
  /** When the oldest of the audits was that it is from; undefined when there was none yet. */
  asOf?: number;
  next?: string;
}

/** Tables by target and name. `undefined`: the cursor is not one of this query. */
export declare function tablesOf(world: Reader, query: TableQuery): Promise<TablePage | undefined>;

export declare function tableById(world: Reader, tableId: string): Promise<StandingTable | undefined>;

/** What is known beside the last audit: read from the ledger now. */
export interface TableStatus extends StandingTable {
  /** The newest AVAILABLE backup of any plan. */
  lastGood?: { id: string; at: number; ageMs: number; plan: string };
  /** When its settings were captured last, if ever. */
  settingsCapturedAt?: number;
}

export declare function protectionOf(world: Reader, table: StandingTable): Promise<TableStatus>;

/** Where tables are backed up, or were. */
export interface Environment {
  target: Target;
  /** Plans have it now. */
  isDeployed: boolean;
  /** When it was audited last. */
  auditedAt?: number;
}

export declare function environments(world: Reader): Promise<Environment[]>;
