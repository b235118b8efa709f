/** Time as the service sees it. Only this file reads the machine's clock and sets its timers. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`; at once for zero and less. */
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => (ms > 0 ? new Promise((wake) => setTimeout(wake, ms)) : Promise.resolve()),
};

/** Sleeps `ms` in steps of a second, and no longer than it is needed: a timer left behind keeps a process alive. */
export async function sleepWhile(isNeeded: () => boolean, ms: number, clock: Clock): Promise<void> {
  const until = clock.now() + ms;
  while (isNeeded() && clock.now() < until) await clock.sleep(Math.min(1000, until - clock.now()));
}

/** In [0, 1): for jitter, never for ids. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();

/** An instant (epoch ms) as events and logs write it. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}
