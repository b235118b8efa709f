import type { Clock } from '../clock.ts';

/** The clock of an environment that Lambda freezes between invocations: its timers then wait for the next one. */
export interface PausableClock extends Clock {
  pause(): void;
  /** What came due in the meantime happens now. */
  resume(): void;
  /** Resolves at once while running, else when it runs again. */
  running(): Promise<void>;
}

/** `onError` gets what a timer's task throws, which would end a process. */
export function pausable(clock: Clock, onError: (error: unknown) => void): PausableClock {
  let isPaused = false;
  let due: (() => void)[] = [];
  const attempt = (task: () => void) => {
    try {
      task();
    } catch (error) {
      onError(error);
    }
  };
  return {
    now: () => clock.now(),
    at(instant, task) {
      let isCancelled = false;
      const run = () => {
        if (isCancelled) return;
        if (isPaused) due.push(run);
        else attempt(task);
      };
      const cancel = clock.at(instant, run);
      return () => {
        isCancelled = true;
        cancel();
      };
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      const late = due;
      due = [];
      for (const task of late) task();
    },
    running: () => (isPaused ? new Promise((resume) => due.push(resume)) : Promise.resolve()),
  };
}
