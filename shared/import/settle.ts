import type { Settled } from '../restore/restore-task.ts';
import { putBack, stepsOf } from '../settings/put-back.ts';
import type { SettingName } from '../settings/settings.ts';
import { write } from '../task/drive.ts';
import { failWithout, ownTable } from './context.ts';
import type { Importing } from './import-task.ts';
import { unlock } from './lock.ts';

/** After so long a setting that could still not be put is given up and told. */
const givenUpAfterMs = 12 * 3_600_000;

/** Puts the settings one after another, as a restore does, and at last lets others write. */
export async function settle(importing: Importing): Promise<'next' | number> {
  const { world, driver } = importing;
  const { plan } = importing.task;
  const table = await ownTable(importing);
  if (table === 'gone' || table === 'another') return failWithout(importing, table);
  for (const { setting } of stepsOf(plan.settings)) {
    for (;;) {
      if (isSettled(importing, setting)) break;
      if (driver.isEnding) return world.clock.now();
      const now = world.clock.now();
      const { retryAt = now } = importing.task.settled?.[setting] ?? {};
      if (retryAt > Math.max(now, importing.patientUntil)) return retryAt;
      await driver.pause(retryAt - now);
      await putOne(importing, setting);
    }
  }
  const difference = await unlock(importing);
  if (typeof difference === 'number') return difference;
  const { differences = [] } = importing.task;
  const endedAt = world.clock.now();
  const all = difference === undefined ? differences : [...differences, difference];
  await write(importing, { state: 'COMPLETED', endedAt, differences: all }, 'others may write');
  return 'next';
}

function isSettled({ task }: Importing, setting: SettingName): boolean {
  const settled = task.settled?.[setting];
  return settled !== undefined && settled.outcome !== 'later';
}

async function putOne(importing: Importing, setting: SettingName): Promise<void> {
  const { world, task } = importing;
  const { target, settings } = task.plan;
  const options = {
    which: [setting],
    capability: 'import' as const,
    ...(task.tableId !== undefined && { tableId: task.tableId }),
  };
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
  const step = settled.outcome === 'later' ? undefined : `${setting}: ${settled.reason ?? 'put'}`;
  await write(importing, { settled: { ...task.settled, [setting]: settled } }, step);
}
