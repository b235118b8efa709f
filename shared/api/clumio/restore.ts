import * as z from 'zod/mini';
import type { RestoreRequest } from '../../../events/restore-request.ts';
import { tableById } from '../../standing/standing.ts';
import type { Target } from '../../target.ts';
import type { World } from '../../world.ts';
import { askForTask, type Begun } from '../ask.ts';
import { missing, wrong } from '../failure.ts';
import { environmentOf } from '../places.ts';
import { availablePointOf, sourceOf } from '../points.ts';
import { route } from '../route.ts';
import { type RestoreBody, restoreBody } from './restore-body.ts';
import { contradictionsOf, fieldOf, settingsOf } from './restore-request.ts';
import { link, linkTo } from './shapes.ts';
import { taskView, viewOf } from './task-view.ts';

const path = '/restores/aws/dynamodb-tables';

export const restoreTable = route({
  method: 'POST',
  path,
  dialect: 'clumio',
  rights: 'operate',
  id: 'restoreAwsDynamodbTable',
  summary: 'Restore a table from a backup or to a point in time, to a new table',
  description:
    'The call of seed 000 with its whole schema. A restore never overwrites: where a table of that name lives, the task fails and says so.',
  query: z.strictObject({ embed: z.optional(z.enum(['read-task'])) }),
  body: restoreBody,
  success: {
    status: 202,
    description: 'The restore was asked for; its task is there in some seconds.',
    mediaType: 'application/api.clumio.restored-aws-dynamodb-tables=v1+json',
    body: z.object({
      _embedded: z.object({ 'read-task': z.optional(taskView) }),
      _links: z.object({ _self: link, 'read-task': link }),
      task_id: z.string(),
    }),
  },
  failures: [404, 409],
  async act(world, { body, query, ...asked }) {
    const request = await requestOf(world, body);
    const begun = await askForTask(world, asked, 'restore', request, { fieldOf });
    return {
      _embedded: query.embed === 'read-task' ? { 'read-task': viewOf(begunTask(world, begun)) } : {},
      _links: { _self: linkTo(path, 'post'), 'read-task': linkTo(`/tasks/${begun.id}`) },
      task_id: begun.id,
    };
  },
});

const begunTask = ({ clock }: World, { id, task }: Begun) =>
  task ?? { id, kind: 'restore' as const, state: 'ACCEPTED' as const, acceptedAt: clock.now() };

async function requestOf(world: World, body: RestoreBody) {
  const mistakes = contradictionsOf(body);
  if (mistakes.length > 0) throw wrong(mistakes);
  const { environment_id: id, table_name: tableName } = body.target;
  const place = environmentOf(world, id);
  if (place === undefined) {
    const remedy = 'Take one from GET /datasources/aws/environments.';
    throw missing('target.environment_id', `There is no environment ${id}.`, remedy);
  }
  const { source, from } = await sourceOfBody(world, body.source);
  const settings = settingsOf(body.target);
  checkPlaces(from, place, settings);
  const reason = 'Asked for by POST /restores/aws/dynamodb-tables.';
  return { source, target: { tableName, ...place, ...settings }, reason };
}

interface Source {
  source: RestoreRequest['source'];
  /** Where the table is or was. */
  from: Target;
}

async function sourceOfBody(world: World, source: RestoreBody['source']): Promise<Source> {
  const { continuous_backup: point, securevault_backup: vault } = source;
  if (vault !== undefined && vault !== null) {
    const backup = await availablePointOf(world, vault.backup_id, 'source.securevault_backup.backup_id');
    return { source: sourceOf(backup), from: backup.target };
  }
  const { table_id: id = '', timestamp } = point ?? {};
  const table = await tableById(world, id);
  if (table?.id === undefined) {
    throw missing(
      'source.continuous_backup.table_id',
      `No table with the id ${id} was there at the last audit; a deleted table has no point in time any more.`,
      'Take an id from GET /datasources/aws/dynamodb-tables, or restore a backup.',
    );
  }
  const pointInTime = timestamp ? { at: new Date(timestamp).toISOString() } : { latest: true as const };
  return { source: { table: table.name, ...table.target, pointInTime }, from: table.target };
}

/** AWS restores within an account only, and to another Region only with a chosen encryption. */
function checkPlaces(from: Target, to: Target, { encryption }: Pick<Partial<RestoreRequest['target']>, 'encryption'>) {
  if (from.account !== to.account) {
    const problem = `AWS restores a table into its own account only (${from.account}), not into ${to.account}.`;
    const remedy = 'Take an environment of that account; or export the table, and import it there.';
    throw wrong([{ field: 'target.environment_id', problem, remedy }]);
  }
  if (from.region !== to.region && encryption === undefined) {
    const problem = `To another Region (${to.region}) AWS restores only with a chosen encryption: keys belong to a Region.`;
    const remedy = 'Give null for the key that AWS owns, or a key of that Region.';
    throw wrong([{ field: 'target.sse_specification', problem, remedy }]);
  }
}
