import type { Contract } from '../../events/contract.ts';
import type { OperationOnBackup } from '../../events/operation-requests.ts';
import { iso } from '../clock.ts';
import { sentence } from '../restore/words.ts';
import { contentAt } from '../retention/rules.ts';
import type { Backup } from '../run.ts';
import type { World } from '../world.ts';
import { put } from './ask.ts';
import { conflict } from './failure.ts';
import { backupIdOf } from './points.ts';
import type { Asked } from './route.ts';

/** Asks for something to be done to a backup, in the name of the signed caller. */
export async function askOfBackup(
  world: World,
  { requestId, caller }: Pick<Asked, 'requestId' | 'caller'>,
  contract: Contract<OperationOnBackup>,
  backup: Backup,
  reason: string,
): Promise<void> {
  const { isDuplicate, backupArn } = backup;
  const duplicate = isDuplicate && backupArn !== undefined ? { duplicateArn: backupArn } : {};
  const detail = { requestId, requester: caller, backupId: backupIdOf(backup), ...duplicate, reason };
  await put(world, contract, detail);
}

/** 409 for a backup that retention would not delete now. */
export function checkNotNeeded({ tableName, hold, pins, ...backup }: Backup, field: string): void {
  const which = `The backup of ${tableName} from ${iso(contentAt(backup))}`;
  if (hold !== undefined) {
    const problem = sentence(`${which} is held by ${hold.by}: ${hold.reason}`);
    throw conflict('Held', field, problem, 'Lift the hold first.');
  }
  if (pins !== undefined && pins.size > 0) {
    const problem = `${which} is needed by ${[...pins].join(', ')}.`;
    throw conflict('Needed', field, problem, 'Wait until it is over.');
  }
}
