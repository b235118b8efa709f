import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** What a program reads time and chance from. */
export interface Globals {
  Date: DateConstructor;
  Math: Math;
  setTimeout: typeof setTimeout;
  clearTimeout: typeof clearTimeout;
  setInterval: typeof setInterval;
  clearInterval: typeof clearInterval;
}

export interface GlobalsOptions {
  /** How far this program's `Date` is ahead of the clock. Its timers are as long as everybody's. */
  skewMs?: number;
}

/**
 * Time and chance for one program, e.g. a bundle run by `vm.compileFunction`, by a clock of ours instead of the machine's.
 * `stop` silences its timers for good, as if the program had been killed.
 */
export function globalsOf(clock: Clock, random: Random, options: GlobalsOptions = {}): Globals & { stop(): void } {
  const skewMs = options.skewMs ?? 0;
  return {
    Date: dateBy(() => Math.floor(clock.now() + skewMs)),
    Math: Object.create(Math, { random: { value: () => random.number() } }) as Math,
    ...timersBy(clock),
  };
}

/**
 * Puts the clock and the chance under the whole process, for code that cannot be given them (the SDK's signing dates and
 * back-off); the answer takes them away again. `setImmediate` stays real: it is how a virtual clock waits.
 */
export function installGlobals(clock: Clock, random: Random): () => void {
  const { stop, Math: seeded, ...globals } = globalsOf(clock, random);
  const machine = Object.keys(globals).map((name) => [name, Reflect.get(globalThis, name)] as const);
  const machineRandom = Math.random;
  Object.assign(globalThis, globals);
  Math.random = seeded.random;
  return () => {
    stop();
    Object.assign(globalThis, Object.fromEntries(machine));
    Math.random = machineRandom;
  };
}

/** `Date` in everything but where it gets the present from; dates made elsewhere are instances of it, too. */
function dateBy(now: () => number): DateConstructor {
  return new Proxy(Date, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
    apply: (target) => new target(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}

type Timers = Pick<Globals, 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval'>;

/** As Node's: a delay that is no number from 1 to 2^31 − 1 is 1 ms (https://nodejs.org/api/timers.html). */
const delayOf = (ms: unknown): number => {
  const delay = Math.trunc(Number(ms));
  return delay >= 1 && delay < 2 ** 31 ? delay : 1;
};

function timersBy(clock: Clock): Timers & { stop(): void } {
  const cancels = new Map<number, () => void>();
  let last = 0;

  const start = (task: (...args: unknown[]) => void, ms: unknown, args: unknown[], again: boolean) => {
    const id = ++last;
    const wait = () => {
      const cancel = clock.at(clock.now() + delayOf(ms), () => {
        cancels.delete(id);
        if (again) wait();
        task(...args);
      });
      cancels.set(id, cancel);
    };
    wait();
    const refresh = () => {
      if (!cancels.has(id)) return handle;
      cancels.get(id)?.();
      wait();
      return handle;
    };
    const handle = {
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      refresh,
      [Symbol.toPrimitive]: () => id,
    };
    return handle;
  };
  const clear = (timer: unknown) => {
    const id = Number(timer ?? 0);
    cancels.get(id)?.();
    cancels.delete(id);
  };
  const stop = () => {
    for (const cancel of cancels.values()) cancel();
    cancels.clear();
  };

  const timers = {
    setTimeout: (task: () => void, ms?: unknown, ...args: unknown[]) => start(task, ms, args, false),
    setInterval: (task: () => void, ms?: unknown, ...args: unknown[]) => start(task, ms, args, true),
    clearTimeout: clear,
    clearInterval: clear,
  };
  return { ...(timers as unknown as Timers), stop };
}
