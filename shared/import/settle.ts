import { write } from '../task/drive.ts';
import { putSettings } from '../task/put-settings.ts';
import { failWithout, ownTable } from './context.ts';
import type { Importing } from './import-task.ts';
import { unlock } from './lock.ts';

/** Puts the settings, as a restore does, and at last lets others write. */
export async function settle(importing: Importing): Promise<'next' | number> {
  const table = await ownTable(importing);
  if (table === 'gone' || table === 'another') return failWithout(importing, table);
  const came = await putSettings(importing, 'import');
  if (came !== 'next') return came;
  const difference = await unlock(importing);
  if (typeof difference === 'number') return difference;
  const { differences = [] } = importing.task;
  const endedAt = importing.world.clock.now();
  const all = difference === undefined ? differences : [...differences, difference];
  await write(importing, { state: 'COMPLETED', endedAt, differences: all }, 'others may write');
  return 'next';
}
