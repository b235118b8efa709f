import { iso } from '../clock.ts';
import { runId } from '../names.ts';
import { findPoint } from '../points/id.ts';
import { contentAt } from '../retention/rules.ts';
import type { Backup } from '../run.ts';
import type { World } from '../world.ts';
import { conflict, missing } from './failure.ts';

const isThere = ({ state }: Backup): boolean => state === 'CREATING' || state === 'AVAILABLE' || state === 'DELETING';

/** The restore point of that id, or 404; `field` is where the request names it. */
export async function pointOf(world: World, id: string, field: string): Promise<Backup> {
  const backup = await findPoint(world, id);
  if (backup === undefined || !isThere(backup)) {
    throw missing(field, `There is no restore point ${id}.`, 'Take an id from the list of restore points.');
  }
  return backup;
}

/** The same, or 409 when nothing can be done with it now. */
export async function availablePointOf(world: World, id: string, field: string): Promise<Backup> {
  const backup = await pointOf(world, id, field);
  checkAvailable(backup, field);
  return backup;
}

/** 409 unless it is AVAILABLE. */
export function checkAvailable(backup: Backup, field: string): void {
  if (backup.state === 'AVAILABLE') return;
  throw conflict(
    'NotAvailable',
    field,
    `The backup of ${backup.tableName} from ${iso(contentAt(backup))} is ${backup.state}, not AVAILABLE.`,
    backup.state === 'CREATING' ? 'Wait for it, or choose another one.' : 'Choose another one.',
  );
}

/** `<run>/<table id>`, as events and requests have it. */
export const backupIdOf = (backup: Backup): string => `${runId(backup)}/${backup.tableId}`;

/** How a request for a restore names it: the second backup of one run and table only by its ARN. */
export const sourceOf = (backup: Backup): { backupArn: string } | { backupId: string } =>
  backup.isDuplicate && backup.backupArn !== undefined
    ? { backupArn: backup.backupArn }
    : { backupId: backupIdOf(backup) };
