import * as z from 'zod/mini';
import { DeleteRequested } from '../../../events/operation-requests.ts';
import { adHoc } from '../../names.ts';
import { conflict } from '../failure.ts';
import { askOfBackup, checkNotNeeded } from '../operations.ts';
import { checkAvailable, pointOf } from '../points.ts';
import { route } from '../route.ts';
import { path, point } from './points.ts';

export const removeRestorePoint = route({
  method: 'DELETE',
  path: `${path}/:restorePointId`,
  dialect: 'veeam',
  rights: 'administer',
  id: 'deleteDynamoDbRestorePoint',
  summary: 'Delete a restore point that was made manually',
  description:
    'Of a plan nothing is deleted by hand: its keep decides. What is held, or needed by a task, stays. It may be the last backup of its table that is left.',
  params: point,
  success: { status: 202, description: 'It was asked for; retention deletes it.', body: z.object({}) },
  failures: [404, 409],
  async act(world, { params, ...asked }) {
    const backup = await pointOf(world, params.restorePointId, 'restorePointId');
    if (backup.plan !== adHoc) {
      throw conflict(
        'NotManual',
        'restorePointId',
        `This restore point belongs to the plan ${backup.plan}, whose keep decides how long it stays; only those that were made manually can be deleted.`,
        'Change keep in plans.yml and deploy.',
      );
    }
    // It was asked for before.
    if (backup.state === 'DELETING') return {};
    checkAvailable(backup, 'restorePointId');
    checkNotNeeded(backup, 'restorePointId');
    await askOfBackup(world, asked, DeleteRequested, backup, `Asked for by DELETE ${path}/{id}.`);
    return {};
  },
});
