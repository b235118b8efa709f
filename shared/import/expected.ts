import type { PlannedImport } from './import-task.ts';

/** How many items the files say that the table has; undefined where windows do not say what was there before. */
export function itemsExpected({ plan, applying }: Pick<PlannedImport, 'plan' | 'applying'>): number | undefined {
  return plan.isCountKnown ? plan.full.items + (applying?.net ?? 0) : undefined;
}

/** What the count and the files disagree about, in sentences. */
export function countDifferences(task: PlannedImport, items: number): string[] {
  const { plan, applying, imported } = task;
  const expected = itemsExpected(task);
  const { put = 0, deleted = 0 } = applying ?? {};
  const [least, most] = [plan.full.items - deleted, plan.full.items + put];
  return [
    ...(imported !== undefined && imported !== plan.full.items
      ? [`AWS imported ${imported} items, and the full export has ${plan.full.items}`]
      : []),
    ...(expected !== undefined && items !== expected
      ? [`the table has ${items} items, and the files say ${expected}`]
      : []),
    ...(expected === undefined && (items < least || items > most)
      ? [`the table has ${items} items, and by the files there are ${least} to ${most}`]
      : []),
  ];
}
