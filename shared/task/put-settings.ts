import { putBack, stepsOf } from '../settings/put-back.ts';
import type { SettingName, TableSettings } from '../settings/settings.ts';
import type { Target } from '../target.ts';
import { type Driving, write } from './drive.ts';
import type { Task } from './task.ts';

/** What became of one setting. Instants are epoch ms. */
export interface Settled {
  /** `later`: to be tried again; `notPutBack`: given up, for that reason. */
  outcome: 'putBack' | 'notPutBack' | 'later';
  at: number;
  attempts: number;
  reason?: string;
  /** While `later`: not before. */
  retryAt?: number;
  /** While `later`: since when. */
  firstAt?: number;
}

/** A task whose table gets settings. */
interface WithSettings extends Task {
  plan: { target: Target & { tableName: string }; settings: TableSettings };
  tableId?: string;
  settled?: Partial<Record<SettingName, Settled>>;
}

/** After so long a setting that could still not be put is given up and told. */
const givenUpAfterMs = 12 * 3_600_000;

/** What a step of the task says of a setting that was put. */
const done = { restore: 'put back', import: 'put' };

/**
 * Puts the settings, one after another: a later one may need an earlier one. Each end is recorded before the next is
 * begun; what AWS refuses does not stop the rest.
 */
export async function putSettings<Kind extends WithSettings>(
  driving: Driving<Kind>,
  capability: keyof typeof done,
): Promise<'next' | number> {
  const { world, driver, patientUntil } = driving;
  for (const { setting } of stepsOf(driving.task.plan.settings)) {
    for (;;) {
      const { outcome = 'later', retryAt } = driving.task.settled?.[setting] ?? {};
      if (outcome !== 'later') break;
      const now = world.clock.now();
      if (driver.isEnding) return now;
      if (retryAt !== undefined && retryAt > Math.max(now, patientUntil)) return retryAt;
      await driver.pause((retryAt ?? now) - now);
      await putOne(driving, setting, capability);
    }
  }
  return 'next';
}

async function putOne<Kind extends WithSettings>(
  driving: Driving<Kind>,
  setting: SettingName,
  capability: keyof typeof done,
): Promise<void> {
  const { world, task } = driving;
  const { target, settings } = task.plan;
  const options = { which: [setting], capability, ...(task.tableId !== undefined && { tableId: task.tableId }) };
  const [result] = await putBack(world, target, target.tableName, settings, options);
  const at = world.clock.now();
  const { attempts: before = 0, firstAt = at } = task.settled?.[setting] ?? {};
  const attempts = before + 1;
  const isGivenUp = result?.state === 'later' && at > firstAt + givenUpAfterMs;
  const settled: Settled =
    result === undefined || result.state === 'done' || result.state === 'already'
      ? { outcome: 'putBack', at, attempts }
      : result.state === 'later' && !isGivenUp
        ? { outcome: 'later', at, attempts, reason: result.sentence, retryAt: result.retryAt ?? at, firstAt }
        : { outcome: 'notPutBack', at, attempts, reason: result.sentence };
  const step =
    settled.outcome === 'later'
      ? undefined
      : `${setting}: ${settled.reason ?? (settings[setting] === null ? 'none is left' : done[capability])}`;
  const attributes: Partial<WithSettings> = { settled: { ...task.settled, [setting]: settled } };
  await write(driving, attributes as Partial<Kind>, step);
}
