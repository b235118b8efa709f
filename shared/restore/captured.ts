import type { World } from '../world.ts';
import type { Captured, FoundSource } from './found.ts';

/** The settings captured nearest to what is restored; undefined when nobody ever captured any of that table. */
export async function capturedNear(_world: World, _source: FoundSource): Promise<Captured | undefined> {
  return undefined;
}
