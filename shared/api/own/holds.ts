import * as z from 'zod/mini';
import { HoldRequested, ReleaseRequested } from '../../../events/operation-requests.ts';
import { askOfBackup } from '../operations.ts';
import { availablePointOf } from '../points.ts';
import { route } from '../route.ts';
import { uuid } from '../words.ts';
import { reason } from './shapes.ts';

const own = { dialect: 'own', method: 'POST' } as const;
const body = z.strictObject({ reason }, 'write an object, as in {"reason": "audit 2026"}');
const params = z.strictObject({ id: uuid });
const success = {
  status: 202,
  description: 'It was asked for: Backup Held or Backup Released says when it is done.',
  body: z.object({ requestId: z.string() }),
} as const;

export const holdBackup = route({
  ...own,
  rights: 'operate',
  path: '/v1/backups/:id/hold',
  id: 'holdBackup',
  summary: 'Keep a backup until the hold is lifted, whatever its plan says',
  params,
  body,
  success,
  failures: [404, 409],
  async act(world, { params, body, ...asked }) {
    const backup = await availablePointOf(world, params.id, 'id');
    await askOfBackup(world, asked, HoldRequested, backup, body.reason);
    return { requestId: asked.requestId };
  },
});

export const releaseBackup = route({
  ...own,
  rights: 'administer',
  path: '/v1/backups/:id/release',
  id: 'releaseBackup',
  summary: 'Lift the hold from a backup: its plan decides again whether it stays',
  params,
  body,
  success,
  failures: [404, 409],
  async act(world, { params, body, ...asked }) {
    const backup = await availablePointOf(world, params.id, 'id');
    await askOfBackup(world, asked, ReleaseRequested, backup, body.reason);
    return { requestId: asked.requestId };
  },
});
