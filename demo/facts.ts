import type { LocalAws } from '../local/aws.ts';

/** A fact as it was put on the bus: its detail-type and what it says. */
export interface FactSeen {
  type: string;
  detail: Record<string, unknown>;
  /** Of the clock, epoch ms. */
  at: number;
}

/**
 * Calls `tell` for each fact of ours that is put on a bus, once: facts are sent at least once, and one that is sent
 * again has the same id.
 */
export function onFact(aws: LocalAws, tell: (fact: FactSeen) => void): () => void {
  const seen = new Set<string>();
  return aws.onCall(({ call, error, endedAt }) => {
    if (call.service !== 'events' || call.operation !== 'PutEvents' || error !== undefined) return;
    for (const entry of call.input.Entries as { Source?: string; DetailType: string; Detail: string }[]) {
      if (entry.Source !== 'tablekeep') continue;
      const detail = JSON.parse(entry.Detail) as Record<string, unknown>;
      const id = `${entry.DetailType} ${detail.id}`;
      if (detail.id !== undefined && seen.has(id)) continue;
      seen.add(id);
      tell({ type: entry.DetailType, detail, at: endedAt });
    }
  });
}
