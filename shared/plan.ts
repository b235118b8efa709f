import { createHash } from 'node:crypto';
import type { PlanSource } from './plans/definition.ts';
import { durationMs } from './plans/duration.ts';
import { type Target, targetKey } from './target.ts';

/** One entry of plans.yml, checked, with every default applied. Plain JSON: runs keep a copy of it. */
export interface Plan {
  name: string;
  /** `cron(…)`, `rate(…)` or `at(…)`; read it with parseSchedule(plan.schedule, plan.timezone). */
  schedule: string;
  /** Of the IANA database; the schedule and the periods of keep are counted in it. */
  timezone: string;
  tables: TableSelector;
  keep: Keep;
  /** Empty: the account and Region of the deployment; see targetsOf. */
  targets: PlanTarget[];
  /** Counted from the scheduled time. */
  deadlineMs: number;
  startWithinMs: number;
  overlap: 'skip' | 'queue';
  /** Absent: see overdueAt. */
  rpoMs?: number;
  enabled: boolean;
  /** Absent: what the quota allows. */
  ratePerSecond?: number;
}

/** Patterns with `*` and `?`. A table must match one of include, none of exclude, and all tags. */
export interface TableSelector {
  include: string[];
  exclude: string[];
  tags: Record<string, string>;
}

/** A backup stays when at least one of the rules keeps it; at least one is there. */
export interface Keep {
  last?: number;
  withinMs?: number;
  hourly?: number;
  daily?: number;
  weekly?: number;
  monthly?: number;
  yearly?: number;
  /** How long the last backups of a deleted table stay; absent: for ever. */
  afterTableDeletedMs?: number;
}

/** What is left out is that of the deployment. */
export interface PlanTarget {
  account?: string;
  regions?: string[];
}

/** What a plan gets that says nothing else; four hours leave room for the largest tables and one trouble of AWS. */
export const planDefaults = {
  timezone: 'UTC',
  deadline: '4h',
  startWithin: '1h',
  overlap: 'skip',
  enabled: true,
} as const;

/** The only place where defaults are applied. */
export function planOf(name: string, source: PlanSource): Plan {
  const { timezone, deadline, startWithin, overlap, enabled } = { ...planDefaults, ...source };
  const { include = ['*'], exclude = [], tags = {} } = source.tables;
  return {
    name,
    schedule: source.schedule,
    timezone,
    tables: { include, exclude, tags },
    keep: keepOf(source.keep),
    targets: source.targets ?? [],
    deadlineMs: durationMs(deadline),
    startWithinMs: durationMs(startWithin),
    overlap,
    ...(source.rpo !== undefined && { rpoMs: durationMs(source.rpo) }),
    enabled,
    ...(source.rate !== undefined && { ratePerSecond: source.rate }),
  };
}

function keepOf({ within, afterTableDeleted, ...counts }: PlanSource['keep']): Keep {
  const forever = afterTableDeleted === undefined || afterTableDeleted === 'forever';
  return {
    ...counts,
    ...(within !== undefined && { withinMs: durationMs(within) }),
    ...(!forever && { afterTableDeletedMs: durationMs(afterTableDeleted) }),
  };
}

/** Every account and Region of the plan, once each; `home` is where Tablekeep is deployed. */
export function targetsOf(plan: Pick<Plan, 'targets'>, home: Target): Target[] {
  const asked = plan.targets.length > 0 ? plan.targets : [{}];
  const targets = asked.flatMap(({ account = home.account, regions = [home.region] }: PlanTarget) =>
    regions.map((region) => [targetKey({ account, region }), { account, region }] as const),
  );
  return [...new Map(targets).values()];
}

/** The same for plans that say the same, in whatever order: 16 hexadecimal digits. */
export function planHash(plan: Plan): string {
  const sorted = JSON.stringify(plan, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('hex').slice(0, 16);
}
