import { isOfAws, kindOf } from '../errors.ts';
import { difference, tally } from '../settings/compare.ts';
import { readSettings } from '../settings/read.ts';
import type { TableSettings } from '../settings/settings.ts';
import { write } from '../task/drive.ts';
import type { LivingTable } from './calls.ts';
import { failWithout, ownTable, type Restoring } from './context.ts';
import { count } from './count.ts';
import type { Verification } from './restore-task.ts';
import { structureDifferences } from './structure.ts';

/** Compares the table with the plan, reads the items that the request names, and counts if it says so. */
export async function verify(restoring: Restoring): Promise<'next' | number> {
  const { plan } = restoring.task;
  const counted = plan.verify.count ? await count(restoring) : undefined;
  if (typeof counted === 'number') return counted;
  const table = await ownTable(restoring);
  if (table === 'gone' || table === 'another') return failWithout(restoring, table);
  const settings = await compareSettings(restoring);
  if (typeof settings === 'number') return settings;
  const sample = await readSample(restoring);
  const differences = [...structureDifferences(plan, table), ...settings.differences, ...sample.differences];
  const verification: Verification = {
    isAsExpected: differences.length === 0,
    differences,
    settings: settings.tally,
    ...(sample.asked > 0 && { sample: { asked: sample.asked, found: sample.found } }),
    ...(counted !== undefined && { count: { items: counted.items, inBackupAbout: plan.itemsAbout } }),
  };
  await complete(restoring, table, verification);
  return 'next';
}

async function complete(restoring: Restoring, { streamArn }: LivingTable, verification: Verification): Promise<void> {
  const endedAt = restoring.world.clock.now();
  await write(
    restoring,
    { state: 'COMPLETED', endedAt, verification, counting: undefined, ...(streamArn !== undefined && { streamArn }) },
    'verified',
  );
}

/** What cannot be read for a moment is no difference: it is looked at again, so long. */
const givenUpAfterMs = 12 * 3_600_000;
const restMs = 30_000;

/** The settings as they are now; a number: they are due again then. */
async function settingsNow({ world, task }: Restoring): Promise<TableSettings | number> {
  const { target } = task.plan;
  const now = world.clock.now();
  const isPassingThrown = now < (task.activeAt ?? now) + givenUpAfterMs;
  try {
    const options = { isPassingThrown };
    return (await readSettings(world, target, 'restore', target.tableName, options)).settings;
  } catch (error) {
    const kind = kindOf(error);
    if (!isPassingThrown || !isOfAws(error) || kind === 'refused' || kind === 'gone') throw error;
    if (kind === 'credentials') world.renewCredentials(target, 'restore');
    return world.clock.now() + restMs;
  }
}

/** What is known not to have been put back is told by itself and is no surprise. */
async function compareSettings(restoring: Restoring) {
  const { task } = restoring;
  const { settings } = task.plan;
  const found = await settingsNow(restoring);
  if (typeof found === 'number') return found;
  const rows = difference(settings, found);
  const known = new Set([
    ...task.plan.notPutBack.map(({ setting }) => setting),
    ...Object.entries(task.settled ?? {}).flatMap(([name, { outcome }]) => (outcome === 'notPutBack' ? [name] : [])),
  ] as (keyof TableSettings)[]);
  const differences = rows
    .filter(({ setting, outcome }) => outcome !== 'same' && !known.has(setting))
    .map(({ setting, of, outcome }) => `${setting}${of === undefined ? '' : ` (${of})`} is ${outcome}`);
  return { differences, tally: tally(rows) };
}

/** Items are named by their number in the request: what is in them is nobody's business. */
async function readSample({ world, task }: Restoring) {
  const { target, verify: wishes } = task.plan;
  const keys = wishes.sample ?? [];
  const calls = world.restores(target);
  const isThere: boolean[] = [];
  for (const key of keys) isThere.push(await calls.hasItem(target.tableName, key));
  const missing = isThere.flatMap((is, number) => (is ? [] : [`verify.sample.${number} is not in the table`]));
  return { asked: keys.length, found: keys.length - missing.length, differences: missing };
}
