import { LeaseLost } from '../lease.ts';
import type { Invocation, Item, World } from '../world.ts';
import { Driver } from './driver.ts';
import { hasEnded, type Mistake, type Task, taskFrom } from './task.ts';

/** Lambda invokes a function that threw again after one minute, and after two more. */
const afterRetriesMs = 240_000;

/** The heartbeat comes every minute: until then whoever is not waited for looks himself. */
export const patienceMs = 55_000;

/** AWS is asked about what it does so often, and less often the longer it takes. */
const lookEveryMs = { least: 5000, most: 60_000 };

/** A task while this process drives it. */
export interface Driving<Kind extends Task> {
  world: World;
  driver: Driver;
  task: Kind;
  /** Until then (epoch ms) it waits for AWS itself; later the heartbeat starts another look. */
  patientUntil: number;
}

/** `next`: the task has come further, go on. A number: it is due again then (epoch ms). */
export type Stage<Kind extends Task> = (driving: Driving<Kind>) => Promise<'next' | number>;

/** What a kind of task does in each of its states, and at its end. */
export interface Course<Kind extends Task> {
  stages: Record<Exclude<Kind['state'], 'COMPLETED' | 'FAILED'>, Stage<Kind>>;
  /** What a stage threw: an end with a sentence, or it is thrown again. */
  caught(driving: Driving<Kind>, error: unknown): Promise<'next'>;
  /** The end is written: it is told, and nothing is held any more. */
  end(driving: Driving<Kind>): Promise<void>;
  /** Another drives it now: what this one may have taken since is given back. */
  giveBack(driving: Driving<Kind>): Promise<void>;
}

/**
 * Goes on with a task from whatever the catalog and AWS say about it, until it has ended or has to wait for longer
 * than `patienceMs`; then the heartbeat starts the next look. May be killed anywhere. Undefined when another drives it,
 * or it is over.
 */
export async function driveTask<Kind extends Task>(
  course: Course<Kind>,
  world: World,
  id: string,
  invocation: Invocation,
  patienceMs: number,
): Promise<Kind | undefined> {
  const driver = await Driver.take(world, id, invocation);
  if (driver === undefined) return undefined;
  world.logger.appendKeys({ task: id });
  const task = taskFrom<Kind>(driver.item);
  const driving: Driving<Kind> = { world, driver, task, patientUntil: world.clock.now() + patienceMs };
  try {
    await driver.keepDuring(() => goOn(course, driving));
    return driving.task;
  } catch (error) {
    if (!(error instanceof LeaseLost)) {
      // Lambda's own retries go first. Where this fails, too, the lease runs out.
      await driver.leave(world.clock.now() + afterRetriesMs).catch(() => {});
      throw error;
    }
    world.logger.warn('another driver has taken over');
    await course.giveBack(driving);
    return undefined;
  }
}

async function goOn<Kind extends Task>(course: Course<Kind>, driving: Driving<Kind>): Promise<void> {
  const { world, driver } = driving;
  for (;;) {
    if (hasEnded(driving.task)) {
      await course.end(driving);
      return driver.end();
    }
    const { kind, state } = driving.task;
    const stage = course.stages[state as Exclude<Kind['state'], 'COMPLETED' | 'FAILED'>];
    const came = await stage(driving).catch((error: unknown) => course.caught(driving, error));
    if (came !== 'next') return driver.leave(came);
    world.logger.info(`${kind} came further`, { state: driving.task.state });
    if (driver.isEnding && !hasEnded(driving.task)) return driver.leave(world.clock.now());
  }
}

/**
 * Rests until AWS is to be asked again about what it has done since that instant: after a quarter more of that time. A
 * number: this process waits no longer, and the next heartbeat goes on (epoch ms).
 */
export async function restUntilNextLook(
  { world, driver, patientUntil }: Pick<Driving<Task>, 'world' | 'driver' | 'patientUntil'>,
  since: number,
): Promise<number | undefined> {
  const { least, most } = lookEveryMs;
  const now = world.clock.now();
  const restMs = Math.min(most, Math.max(least, (now - since) / 4));
  if (now + restMs > patientUntil || driver.isEnding) return now + least;
  await driver.pause(restMs);
  return undefined;
}

type Undefinable<Of> = { [Name in keyof Of]: Of[Name] | undefined };

/** Writes as the driver and knows the task as it is now; undefined takes an attribute away. */
export async function write<Kind extends Task>(
  driving: Driving<Kind>,
  attributes: Partial<Undefinable<Kind>>,
  step?: string,
): Promise<void> {
  driving.task = taskFrom<Kind>((await driving.driver.write(attributes as Item, step)) as Item);
}

/** Ends the task without what was asked for. */
export async function fail<Kind extends Task>(
  driving: Driving<Kind>,
  code: string,
  mistakes: Mistake[],
  leftBehind = '',
): Promise<'next'> {
  const sentence = mistakes.map(({ problem, remedy }) => `${problem} ${remedy}`).join(' ');
  const error = { code, sentence, mistakes, leftBehind };
  const ended: Partial<Task> = { state: 'FAILED', endedAt: driving.world.clock.now(), error };
  await write(driving, ended as Partial<Undefinable<Kind>>, `failed: ${code}`);
  return 'next';
}
