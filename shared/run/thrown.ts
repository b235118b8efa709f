import { errorText } from '../errors.ts';
import { runKey } from '../ledger.ts';
import type { RunName } from '../names.ts';
import type { Invocation, World } from '../world.ts';

/** What an invocation threw after its run had ended. */
export interface Thrown {
  by: string;
  error: string;
}

/**
 * A run that has ended is not due any more: Lambda's two retries of an invocation that threw after it would find nothing
 * to do, succeed, and nobody would hear of the failure. Here they find it, by the id that they share.
 */
export async function rememberThrown(world: World, run: RunName, { id }: Invocation, error: unknown): Promise<void> {
  const thrown: Thrown = { by: id, error: errorText(error) };
  await world.catalog.update(runKey(run), {
    update: 'SET thrown = :thrown',
    condition: 'attribute_exists(pk)',
    values: { ':thrown': thrown },
  });
}

/** Throws what an earlier try of the same invocation threw after the run's end, if it did. */
export async function throwAgain(world: World, run: RunName, { id }: Invocation): Promise<void> {
  const item = await world.catalog.get(runKey(run));
  const thrown = item?.thrown as Thrown | undefined;
  if (thrown?.by === id) throw new Error(thrown.error);
}
