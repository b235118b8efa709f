import * as z from 'zod/mini';
import type { Contract } from '../../../events/contract.ts';
import { HoldRequested, type OperationOnBackup, ReleaseRequested } from '../../../events/operation-requests.ts';
import { askOfBackup } from '../operations.ts';
import { availablePointOf } from '../points.ts';
import { type Route, route } from '../route.ts';
import { uuid } from '../words.ts';
import { reason } from './shapes.ts';

const body = z.strictObject({ reason }, 'write an object, as in {"reason": "audit 2026"}');
const params = z.strictObject({ id: uuid });
const success = {
  status: 202,
  description: 'It was asked for: Backup Held or Backup Released says when it is done.',
  body: z.object({ requestId: z.string() }),
} as const;

interface OnBackup extends Pick<Route, 'path' | 'rights' | 'id' | 'summary'> {
  contract: Contract<OperationOnBackup>;
}

const onBackup = ({ contract, ...own }: OnBackup): Route =>
  route({
    ...{ ...own, params, body, success, dialect: 'own', method: 'POST', failures: [404, 409] },
    async act(world, { params, body, ...asked }) {
      const backup = await availablePointOf(world, params.id, 'id');
      await askOfBackup(world, asked, contract, backup, body.reason);
      return { requestId: asked.requestId };
    },
  });

export const holdBackup = onBackup({
  contract: HoldRequested,
  rights: 'operate',
  path: '/v1/backups/:id/hold',
  id: 'holdBackup',
  summary: 'Keep a backup until the hold is lifted, whatever its plan says',
});

export const releaseBackup = onBackup({
  contract: ReleaseRequested,
  rights: 'administer',
  path: '/v1/backups/:id/release',
  id: 'releaseBackup',
  summary: 'Lift the hold from a backup: its plan decides again whether it stays',
});
