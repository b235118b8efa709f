import { putBack, stepsOf } from '../settings/put-back.ts';
import type { SettingName } from '../settings/settings.ts';
import { write } from '../task/drive.ts';
import { failWithout, ownTable, type Restoring } from './context.ts';
import type { Settled } from './restore-task.ts';

/** After so long a setting that could still not be put back is given up and told. */
const givenUpAfterMs = 12 * 3_600_000;

/**
 * Puts the settings back, one after another: a later one may need an earlier one. Each end is recorded before the next
 * is begun; what AWS refuses does not stop the rest.
 */
export async function settle(restoring: Restoring): Promise<'next' | number> {
  const { world, driver } = restoring;
  const { plan } = restoring.task;
  const table = await ownTable(restoring);
  if (table === 'gone' || table === 'another') return failWithout(restoring, table);
  for (const { setting } of stepsOf(plan.settings)) {
    for (;;) {
      if (isSettled(restoring, setting)) break;
      if (driver.isEnding) return world.clock.now();
      const now = world.clock.now();
      const { retryAt = now } = restoring.task.settled?.[setting] ?? {};
      if (retryAt > Math.max(now, restoring.patientUntil)) return retryAt;
      await driver.pause(retryAt - now);
      await putOne(restoring, setting);
    }
  }
  await write(restoring, { state: 'VERIFYING' }, 'settings are put back');
  return 'next';
}

function isSettled({ task }: Restoring, setting: SettingName): boolean {
  const settled = task.settled?.[setting];
  return settled !== undefined && settled.outcome !== 'later';
}

async function putOne(restoring: Restoring, setting: SettingName): Promise<void> {
  const { world, task } = restoring;
  const { target, settings } = task.plan;
  const options = { which: [setting], ...(task.tableId !== undefined && { tableId: task.tableId }) };
  const [result] = await putBack(world, target, target.tableName, settings, options);
  const at = world.clock.now();
  const attempts = (task.settled?.[setting]?.attempts ?? 0) + 1;
  const isGivenUp = result?.state === 'later' && at > (task.activeAt ?? at) + givenUpAfterMs;
  const settled: Settled =
    result === undefined || result.state === 'done' || result.state === 'already'
      ? { outcome: 'putBack', at, attempts }
      : result.state === 'later' && !isGivenUp
        ? { outcome: 'later', at, attempts, reason: result.sentence, retryAt: result.retryAt ?? at }
        : { outcome: 'notPutBack', at, attempts, reason: result.sentence };
  const step = settled.outcome === 'later' ? undefined : `${setting}: ${settled.reason ?? 'put back'}`;
  await write(restoring, { settled: { ...task.settled, [setting]: settled } }, step);
}
