import { chunks } from './directory.ts';

/** The results in the order of the things; some of the work goes on at once. */
export async function eachOf<Thing, Result>(
  things: Thing[],
  atOnce: number,
  work: (thing: Thing) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const some of chunks(things, atOnce)) results.push(...(await Promise.all(some.map(work))));
  return results;
}
