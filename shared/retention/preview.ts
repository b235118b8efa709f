import { iso } from '../clock.ts';
import { backupName } from '../names.ts';
import type { World } from '../world.ts';
import { retentionKey } from './apply.ts';
import type { PlanInTarget } from './facts.ts';
import type { RulesInForce } from './grace.ts';
import { contentAt } from './rules.ts';
import { decide, look } from './verdicts.ts';

/** A verdict as a person or a program gets it. */
export interface PreviewedVerdict {
  table: string;
  backupName: string;
  createdAt: string;
  keptBy: string[];
  expiredBecause?: string;
}

/** An answer of Lambda has 6 MB at most; a verdict takes about 250 bytes. */
const mostVerdicts = 20_000;

/** What a run of retention would decide now; nothing is written or deleted. What expires comes first. */
export async function preview(world: World, of: PlanInTarget): Promise<PreviewedVerdict[]> {
  const plan = world.plans.get(of.plan);
  const item = await world.catalog.get(retentionKey(of));
  const remembered = (item?.keepRules ?? undefined) as RulesInForce | undefined;
  const seen = await look(world, of, plan, remembered);
  const now = world.clock.now();
  const { verdicts } = decide(seen, plan, remembered, { now, graceMs: world.options.graceMs });
  return verdicts
    .sort((a, b) => Number(a.keptBy.length > 0) - Number(b.keptBy.length > 0))
    .slice(0, mostVerdicts)
    .map(({ backup, keptBy, expiredBecause }) => ({
      table: backup.tableName,
      backupName: backupName(world.installation, backup, backup.tableId),
      createdAt: iso(contentAt(backup)),
      keptBy,
      ...(expiredBecause !== undefined && { expiredBecause }),
    }));
}
