import { backupKey } from '../ledger.ts';
import { keptByBackup, readSettings } from '../settings/read.ts';
import { newestCapture, type SettingsRef, settingsWithHash } from '../settings/store.ts';
import type { Paced } from '../task/paced.ts';
import type { World } from '../world.ts';
import type { Captured, FoundSource } from './found.ts';

/**
 * The settings captured with the backup; else the newest that were captured of that table, alive or deleted; else
 * those that the living table has now. Undefined when there is none of these.
 */
export async function capturedNear(
  world: World,
  source: FoundSource,
  { livingId, paced }: { livingId: string | undefined; paced: Paced },
): Promise<Captured | undefined> {
  const { place } = source;
  const tableId = source.kind === 'backup' ? source.backup.tableId : source.table.id;
  const ref = (await refOfBackup(world, source)) ?? (await newestCapture(world, place, tableId));
  const settings = ref && (await settingsWithHash(world, ref.hash));
  if (ref !== undefined && settings !== undefined) return { settings, capturedAt: ref.capturedAt };
  if (livingId !== tableId) return undefined;
  const name = source.kind === 'backup' ? source.backup.tableName : source.table.name;
  const now = world.clock.now();
  const read = await readSettings(world, place, 'restore', name, { except: keptByBackup, paced });
  return { settings: read.settings, capturedAt: now, isOfNow: true };
}

async function refOfBackup({ catalog }: World, source: FoundSource): Promise<SettingsRef | undefined> {
  if (source.kind !== 'backup' || source.pin === undefined) return undefined;
  const entry = await catalog.get(backupKey(source.pin));
  return entry?.settings as SettingsRef | undefined;
}
