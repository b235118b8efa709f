import type { Plan, PlanTarget, TableSelector } from '../plan.ts';
import { nextFiring, parseSchedule } from '../schedule.ts';
import { durationMs } from './duration.ts';
import type { ExportsSource } from './exports-definition.ts';

/** One entry of `exports` in plans.yml, checked, with every default applied. */
export interface ExportsPlan {
  name: string;
  /** As a plan's. */
  schedule: string;
  timezone: string;
  tables: TableSelector;
  targets: PlanTarget[];
  bucket: string;
  /** With words in braces: see prefixOf. */
  prefix: string;
  format: 'DYNAMODB_JSON' | 'ION';
  mode: 'full' | 'incremental';
  view: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES';
  /** Absent: see exportsOverdueAt. */
  rpoMs?: number;
  enabled: boolean;
}

/** What exports get that say nothing else. */
export const exportsDefaults = {
  timezone: 'UTC',
  prefix: '{plan}/{table}/{date}',
  format: 'DYNAMODB_JSON',
  view: 'NEW_AND_OLD_IMAGES',
  enabled: true,
} as const;

/** The only place where defaults of exports are applied. */
export function exportsPlanOf(name: string, source: ExportsSource): ExportsPlan {
  const { schedule, bucket, mode, timezone, prefix, format, view, enabled } = { ...exportsDefaults, ...source };
  const { include = ['*'], exclude = [], tags = {} } = source.tables;
  return {
    name,
    schedule,
    timezone,
    tables: { include, exclude, tags },
    targets: source.targets ?? [],
    bucket,
    prefix,
    format,
    mode,
    view,
    ...(source.rpo !== undefined && { rpoMs: durationMs(source.rpo) }),
    enabled,
  };
}

/** What plans.yml holds. */
export interface PlansFile {
  plans: Plan[];
  exports: ExportsPlan[];
}

/** Without an rpo, so long after a firing what it should have brought is overdue; a plan's deadline is as long. */
const lateMs = 4 * 3_600_000;

/** From when on a table is overdue whose exports end at `until`; undefined: never, as for exports that are off. */
export function exportsOverdueAt(plan: ExportsPlan, until: number): number | undefined {
  if (!plan.enabled) return undefined;
  if (plan.rpoMs !== undefined) return until + plan.rpoMs;
  const firing = nextFiring(parseSchedule(plan.schedule, plan.timezone), until);
  return firing === undefined ? undefined : firing + lateMs;
}
