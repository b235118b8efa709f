import { type AssumeFor, trustful } from '../delivery/assume.ts';
import { AwsError, type Core } from '../service.ts';
import { fire, roleOf } from './fire.ts';
import { firingAfter, type Schedule } from './schedules.ts';

export interface SchedulerOptions {
  /** Everybody may assume every role when absent. */
  assumeFor?: AssumeFor;
  /** How long after the planned instant a firing leaves; AWS promises the minute only. At once when absent. */
  jitterMs?: (schedule: Schedule, scheduledAt: number) => number;
  /** How often a firing is delivered; AWS promises at least once. */
  copies?: (schedule: Schedule, scheduledAt: number) => number;
}

/** Lets a schedule fire; `remove` takes it away when it has ended and is to be deleted then. */
export function start(core: Core, options: SchedulerOptions, schedule: Schedule, remove: () => void): void {
  const { clock, random } = core;
  const { FlexibleTimeWindow: window, ActionAfterCompletion, State } = schedule.settings;
  const wait = (after: number) => {
    const at = firingAfter(schedule, after);
    if (at === undefined) return;
    const lateMs = (window.MaximumWindowInMinutes ?? 0) * 60_000 * random.number();
    schedule.stop = clock.at(at + lateMs + (options.jitterMs?.(schedule, at) ?? 0), () => {
      const isLast = firingAfter(schedule, at) === undefined;
      const copies = Array.from({ length: options.copies?.(schedule, at) ?? 1 });
      const fired = copies.map(() => fire(core, options.assumeFor ?? trustful, schedule, at));
      if (isLast && ActionAfterCompletion === 'DELETE') void Promise.all(fired).then(remove);
      wait(at);
    });
  };
  if (State === 'ENABLED') wait(schedule.modifiedAt);
}

/** Scheduler looks at the role's trust when a schedule is made, and refuses one that it could not assume. */
export function checkTrust(assumeFor: AssumeFor | undefined, schedule: Schedule): void {
  try {
    roleOf(assumeFor ?? trustful, schedule);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      'ValidationException',
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    );
  }
}
