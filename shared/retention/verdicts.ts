import { backupFrom, backupsOf } from '../ledger.ts';
import type { Plan } from '../plan.ts';
import { judge, judgeAdHoc } from '../retention.ts';
import type { Backup } from '../run.ts';
import type { World } from '../world.ts';
import type { PlanInTarget } from './facts.ts';
import { findGoneTables, type GoneTables } from './gone.ts';
import { type Graced, graced, type Rules, type RulesInForce } from './grace.ts';

/** All that retention looks at before it decides. */
export interface Seen {
  /** The ledger of the plan in the target; what a driver before began to delete is judged once more, as AVAILABLE. */
  backups: Backup[];
  /** Those of them that are in DELETING. */
  begun: Set<Backup>;
  /** Only when the rules ask for it. */
  gone?: GoneTables;
}

/** Reads the ledger and, when the rules ask for it, which tables are gone. */
export async function look(
  world: World,
  of: PlanInTarget,
  plan: Plan | undefined,
  remembered?: RulesInForce,
): Promise<Seen> {
  const backups: Backup[] = [];
  const begun = new Set<Backup>();
  for await (const item of world.catalog.query(backupsOf(of))) {
    const backup = backupFrom(item);
    const judged: Backup = backup.state === 'DELETING' ? { ...backup, state: 'AVAILABLE' } : backup;
    if (judged !== backup) begun.add(judged);
    backups.push(judged);
  }
  const keeps = [plan?.keep, remembered?.inForce.keep];
  const asksForTables = keeps.some((keep) => keep?.afterTableDeletedMs !== undefined);
  if (!asksForTables) return { backups, begun };
  return { backups, begun, gone: await findGoneTables(world, of, backups, world.clock.now()) };
}

/** What stays and what goes, and what is to be remembered and told of the rules. Ad-hoc backups have none. */
export function decide(
  { backups, gone }: Pick<Seen, 'backups' | 'gone'>,
  plan: Plan | undefined,
  remembered: RulesInForce | undefined,
  times: { now: number; graceMs: number },
): Pick<Graced, 'verdicts'> & Partial<Graced> {
  const { now } = times;
  if (plan === undefined) return { verdicts: judgeAdHoc(backups, now) };
  const goneAt = (tableId: string) => gone?.get(tableId);
  const judgeBy = ({ keep, zone }: Rules) => judge(backups, keep, { zone, now, goneAt });
  return graced(remembered, { keep: plan.keep, zone: plan.timezone }, judgeBy, times);
}
