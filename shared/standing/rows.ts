import type { Protection } from '../audit/protection.ts';
import type { Tables } from '../audit/tables.ts';
import type { World } from '../world.ts';

/** How one plan protects a table; `waiting` has no backup yet and need not have one. Instants are epoch ms. */
export interface PlanProtection {
  plan: string;
  state: 'protected' | 'overdue' | 'waiting';
  /** When the content of the newest AVAILABLE backup is from. */
  newestAt?: number;
  /** From then on it is overdue; absent: never. */
  overdueAt?: number;
  /** Of the plan, if it has one. */
  rpoMs?: number;
}

/** A table as an audit saw it. */
export interface StandingRow {
  name: string;
  /** Undefined where AWS did not describe it to us. */
  id?: string;
  arn?: string;
  status?: string;
  sizeBytes?: number;
  itemCount?: number;
  /** ARN of its key in KMS, the customer's or AWS's, if it has one. */
  keyArn?: string;
  createdAt?: number;
  isOptedOut: boolean;
  /** None: no plan means it. */
  protections: PlanProtection[];
}

/** All tables of a target by name. */
export function rowsOf(
  { plans }: Pick<World, 'plans'>,
  { names, optedOut, described }: Pick<Tables, 'names' | 'optedOut' | 'described'>,
  protections: Map<string, Protection[]>,
): StandingRow[] {
  const byName = new Map<string, PlanProtection[]>();
  for (const [plan, ofPlan] of protections) {
    const rpoMs = plans.get(plan)?.rpoMs;
    for (const { table, state, newestAt, overdueAt } of ofPlan) {
      const known = byName.get(table.name) ?? [];
      byName.set(table.name, [...known, { plan, state, ...given({ newestAt, overdueAt, rpoMs }) }]);
    }
  }
  return names.toSorted().map((name) => {
    const table = described.get(name);
    const { id, arn, status, sizeBytes, itemCount, keyArn, createdAt } = table?.arn ? table : {};
    return {
      name,
      ...given({ id, arn, status, sizeBytes, itemCount, keyArn, createdAt }),
      isOptedOut: optedOut.has(name),
      protections: byName.get(name) ?? [],
    };
  });
}

type Given<Of> = { [Name in keyof Of]?: Exclude<Of[Name], undefined> };

/** Without what is undefined. */
function given<Of extends object>(values: Of): Given<Of> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Of>;
}
