import type { Item, Key, World } from '../world.ts';
import { type Mistake, taskKey } from './task.ts';

/** What a dry run came to: what would be done, or all that is wrong. */
export interface DryRun {
  requestId: string;
  /** Epoch ms. */
  at: number;
  mistakes?: Mistake[];
  /** What the function answers when it is invoked by hand. */
  answer?: Record<string, unknown>;
}

/** Whoever asked reads it within minutes: seconds, for TTL. */
const keptSeconds = 86_400;

const keyOf = (id: string): Key => ({ pk: taskKey(id).pk, sk: 'dry-run' });

/** For whoever asked by way of the API; the newest takes the place of the one before. */
export async function storeDryRun({ catalog }: World, id: string, dryRun: DryRun): Promise<void> {
  await catalog.put({ ...keyOf(id), ...dryRun, ttl: Math.ceil(dryRun.at / 1000) + keptSeconds });
}

/** Undefined when nobody has answered yet, or it was over a day ago. */
export async function readDryRun(
  { catalog, clock }: Pick<World, 'catalog' | 'clock'>,
  id: string,
): Promise<DryRun | undefined> {
  const item: Item | undefined = await catalog.get(keyOf(id));
  if (item === undefined || Number(item.ttl) * 1000 < clock.now()) return undefined;
  const { pk, sk, ttl, ...dryRun } = item;
  return dryRun as unknown as DryRun;
}
