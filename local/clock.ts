/** The clock that everything in the local AWS lives by: the machine's, or one that jumps from event to event. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `task` once when `now()` has reached `instant` (epoch ms); the answer cancels it. */
  at(instant: number, task: () => void): () => void;
}

/** Resolves after `ms` of the clock's time. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((wake) => {
    clock.at(clock.now() + ms, wake);
  });
}

/** The longest delay that Node's timers take, in ms; longer ones would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. Its timers do not keep the process alive: the server's socket does. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    at(instant, task) {
      let timer: NodeJS.Timeout;
      const wait = () => {
        const left = instant - Date.now();
        timer = left > longestTimerMs ? setTimeout(wait, longestTimerMs) : setTimeout(task, Math.max(0, left));
        timer.unref();
      };
      wait();
      return () => clearTimeout(timer);
    },
  };
}

interface Timer {
  at: number;
  order: number;
  task: () => void;
  isCancelled: boolean;
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * A clock that stands still while anything is being computed and then jumps to the next timer, so that
 * a week passes in seconds and the same seed gives the same history. Timers of one instant fire in the order set.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #heap: Timer[] = [];
  #busy = 0;

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  at(instant: number, task: () => void): () => void {
    const timer = { at: Math.max(instant, this.#now), order: this.#order++, task, isCancelled: false };
    this.#push(timer);
    return () => {
      timer.isCancelled = true;
    };
  }

  /** Time stands still until `work`, which really happens outside the process's microtasks (dynalite, zlib), has ended. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work;
    } finally {
      this.#busy--;
    }
  }

  /** Lets time pass until `until` (epoch ms), or until `isDone` answers true between two instants. */
  async run(until: number, isDone: () => boolean = () => false): Promise<void> {
    await this.#settle();
    while (!isDone()) {
      const next = this.#pop(until);
      if (next === undefined) {
        this.#now = Math.max(this.#now, until);
        return;
      }
      this.#now = Math.max(this.#now, next.at);
      next.task();
      await this.#settle();
    }
  }

  /** All microtasks and real work in flight have ended. */
  async #settle(): Promise<void> {
    do {
      await new Promise((turn) => setImmediate(turn));
    } while (this.#busy > 0);
  }

  #pop(until: number): Timer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > until) return undefined;
      this.#removeFirst();
      if (!first.isCancelled) return first;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Timer;
      if (isBefore(above, timer)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Timer, heap[child] as Timer)) child++;
      if (isBefore(last, heap[child] as Timer)) break;
      heap[index] = heap[child] as Timer;
      index = child;
    }
    heap[index] = last;
  }
}
