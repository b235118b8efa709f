import { write } from '../task/drive.ts';
import { putSettings } from '../task/put-settings.ts';
import { failWithout, ownTable, type Restoring } from './context.ts';

/** Puts the settings back, as far as AWS lets them. */
export async function settle(restoring: Restoring): Promise<'next' | number> {
  const table = await ownTable(restoring);
  if (table === 'gone' || table === 'another') return failWithout(restoring, table);
  const came = await putSettings(restoring, 'restore');
  if (came === 'next') await write(restoring, { state: 'VERIFYING' }, 'settings are put back');
  return came;
}
