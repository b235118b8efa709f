/*
 * The settings of a table, and what there is to do with them:
 *
 * - read.ts      readSettings(world, target, capability, tableName, options?) → { settings, tableId }, as they are now
 * - capture.ts   captureSettings(world, target, tableName) → { settings, hash, capturedAt, tableId }, kept in the catalog
 * - store.ts     settingsWithHash(world, hash), newestCapture(world, target, tableId)
 * - backup.ts    settingsOfBackup(SourceTableFeatureDetails) → stream and time to live at the time of the backup
 * - put-back.ts  stepsOf(wanted), withoutIndexes(wanted, dropped), putBack(world, target, tableName, wanted, options?)
 *                → per setting: done, already, refused or later
 * - compare.ts   difference(wanted, found) → a row for each thing that can be put back by itself; tally(rows)
 */

/** A setting that could not be read, and why. It is neither put back nor taken away. */
export interface Unread {
  unread: string;
}

/** `null`, or a setting that is left out: the table has none, and so shall the other one. */
export type Setting<Value> = Value | Unread | null;

/**
 * What a table has and DynamoDB's backup does not carry. Plain JSON, the same for equal settings; nothing in it depends
 * on the table's name or Region but `resourcePolicy` and `alarms`, which `tableArn` explains.
 */
export interface TableSettings {
  /** Of the table that has these settings: what names it in a policy or an alarm is exchanged when they are put back. */
  tableArn: string;

  deletionProtection?: Setting<true>;
  /** Absent: STANDARD. */
  tableClass?: Setting<'STANDARD_INFREQUENT_ACCESS'>;
  tags?: Setting<Record<string, string>>;
  pointInTimeRecovery?: Setting<{ days: number }>;
  onDemandLimits?: Setting<PerIndex<Units>>;
  scaling?: Setting<Scaling[]>;
  contributorInsights?: Setting<PerIndex<InsightsMode>>;

  stream?: Setting<{ viewType: string }>;
  timeToLive?: Setting<{ attribute: string }>;
  warmThroughput?: Setting<PerIndex<Units>>;
  resourcePolicy?: Setting<{ document: string }>;
  kinesis?: Setting<KinesisDestination[]>;
  triggers?: Setting<Trigger[]>;
  replicas?: Setting<Replicas>;
  alarms?: Setting<Alarm[]>;
}

export type SettingName = Exclude<keyof TableSettings, 'tableArn'>;

/** A value of the table itself, and of those indexes that have one. */
export interface PerIndex<Value> {
  table?: Value;
  indexes?: Record<string, Value>;
}

/** Request units a second; -1 among on-demand limits means none. */
export interface Units {
  read?: number;
  write?: number;
}

export type InsightsMode = 'ACCESSED_AND_THROTTLED_KEYS' | 'THROTTLED_KEYS';

/** One scalable target of Application Auto Scaling with what acts on it. */
export interface Scaling {
  /** The table itself when absent. */
  index?: string;
  dimension: 'read' | 'write';
  min: number;
  max: number;
  /** As AWS has it; absent when nothing is suspended. */
  suspended?: Record<string, boolean>;
  policies: ScalingPolicy[];
  schedules: ScalingSchedule[];
}

export interface ScalingPolicy {
  name: string;
  type: string;
  /** As AWS has it. */
  targetTracking?: Record<string, unknown>;
  stepScaling?: Record<string, unknown>;
}

export interface ScalingSchedule {
  name: string;
  schedule: string;
  timezone?: string;
  /** Epoch ms. */
  startAt?: number;
  endAt?: number;
  min?: number;
  max?: number;
}

export interface KinesisDestination {
  streamArn: string;
  precision?: string;
}

/** An event source mapping of the table's stream: what CreateEventSourceMapping takes, without the stream. */
export interface Trigger {
  functionArn: string;
  isEnabled: boolean;
  /** In AWS's own words: BatchSize, FilterCriteria, StartingPosition … */
  configuration: Record<string, unknown>;
}

export interface Replicas {
  /** MultiRegionConsistency. */
  mode: 'EVENTUAL' | 'STRONG';
  regions: Replica[];
  /** With STRONG and two replicas. */
  witnessRegion?: string;
}

export interface Replica {
  region: string;
  /** ARN of a customer key. */
  keyArn?: string;
  tableClass?: string;
  /** In AWS's own words: throughput overrides of the table and its indexes. */
  overrides?: Record<string, unknown>;
}

/** A metric alarm on the table or one of its indexes: what PutMetricAlarm takes. Those that scaling policies made are theirs. */
export interface Alarm {
  name: string;
  definition: Record<string, unknown>;
}

export const isUnread = (setting: unknown): setting is Unread =>
  typeof setting === 'object' && setting !== null && 'unread' in setting && typeof setting.unread === 'string';
