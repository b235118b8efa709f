import type { ExportsPlan } from '../../plans/exports.ts';
import { toLocal } from '../../schedule/zone.ts';
import type { Target } from '../../target.ts';

/** The beginning of the keys of a full export of that instant, and of what is chained to it. */
export function prefixOf(
  plan: Pick<ExportsPlan, 'name' | 'prefix' | 'timezone'>,
  target: Target,
  table: string,
  at: number,
) {
  const words: Record<string, string> = {
    plan: plan.name,
    table,
    date: new Date(toLocal(plan.timezone, at)).toISOString().slice(0, 10),
    ...target,
  };
  return plan.prefix.replaceAll(/\{([a-z]+)\}/g, (_, word: string) => words[word] ?? '');
}
