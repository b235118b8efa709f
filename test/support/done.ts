import type { Local } from './world.ts';

/** Lets time pass until the work is done; an hour at most, unless said. */
export async function done<T>(here: Local, work: Promise<T>, withinMs?: number): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  work.then(settle, settle);
  await here.until(() => isSettled, withinMs);
  if (!isSettled) throw new Error('Not done in time.');
  return work;
}

/** Lets time pass until everything has come. */
export function all<T>(here: Local, items: AsyncIterable<T>): Promise<T[]> {
  const collect = async () => {
    const found: T[] = [];
    for await (const item of items) found.push(item);
    return found;
  };
  return done(here, collect());
}
