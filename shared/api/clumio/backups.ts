import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import { adHoc } from '../../names.ts';
import { encryptionKeyOf } from '../../points/describe.ts';
import { pointId } from '../../points/id.ts';
import { listPoints } from '../../points/list.ts';
import { contentAt } from '../../retention/rules.ts';
import type { Backup } from '../../run.ts';
import { settingsWithHash } from '../../settings/store.ts';
import { wrong } from '../failure.ts';
import { environmentIdOf } from '../places.ts';
import { pointOf } from '../points.ts';
import { route } from '../route.ts';
import { uuid } from '../words.ts';
import { configuration, configurationOf } from './configuration.ts';
import { link, linkTo, listBody, listOf, listQuery } from './shapes.ts';

const path = '/backups/aws/dynamodb-tables';

const backupView = z.object({
  _links: z.object({ _self: link }),
  id: z.string(),
  table_id: z.string(),
  table_name: z.string(),
  backup_native_id: z.nullable(z.string()),
  environment_id: z.string(),
  account_native_id: z.string(),
  aws_region: z.string(),
  status: z.string(),
  /** Whose schedule it is of; null when somebody asked for it. */
  policy_name: z.nullable(z.string()),
  start_timestamp: z.string(),
  expiration_timestamp: z.nullable(z.string()),
  size: z.nullable(z.int()),
});

function viewOf(backup: Backup) {
  const { target, tableId, tableName, plan, state, sizeBytes, expiresAt, backupArn } = backup;
  const id = pointId(backup);
  return {
    _links: { _self: linkTo(`${path}/${id}`) },
    id,
    table_id: tableId,
    table_name: tableName,
    backup_native_id: backupArn ?? null,
    environment_id: environmentIdOf(target),
    account_native_id: target.account,
    aws_region: target.region,
    status: state.toLowerCase(),
    policy_name: plan === adHoc ? null : plan,
    start_timestamp: iso(contentAt(backup)),
    expiration_timestamp: expiresAt === undefined ? null : iso(expiresAt),
    size: sizeBytes ?? null,
  };
}

export const listBackups = route({
  method: 'GET',
  path,
  dialect: 'clumio',
  rights: 'read',
  id: 'listBackupAwsDynamodbTables',
  summary: 'Backups of all tables, or of one, newest first',
  query: z.strictObject({ ...listQuery, table_id: z.optional(uuid) }),
  success: { status: 200, description: 'A page of backups.', body: listOf(backupView) },
  failures: [],
  async act(world, { query }) {
    const { limit = 100, start, table_id: tableId } = query;
    const found = await listPoints(world, {
      limit,
      ...(start && { cursor: start }),
      ...(tableId !== undefined && { tableId }),
    });
    if ('mistakes' in found) {
      throw wrong(found.mistakes.map((one) => (one.field === 'Cursor' ? { ...one, field: 'start' } : one)));
    }
    return listBody(found.points.map(viewOf), { path, query, next: found.next, totalCount: found.totalCount });
  },
});

export const readBackup = route({
  method: 'GET',
  path: `${path}/:backup_id`,
  dialect: 'clumio',
  rights: 'read',
  id: 'readBackupAwsDynamodbTable',
  summary: 'A backup, with the settings that its table had',
  params: z.strictObject({ backup_id: uuid }),
  success: {
    status: 200,
    description: 'The backup.',
    body: z.extend(backupView, configuration.shape),
  },
  failures: [404],
  async act(world, { params }) {
    const backup = await pointOf(world, params.backup_id, 'backup_id');
    const settings = backup.settings && (await settingsWithHash(world, backup.settings.hash));
    return { ...viewOf(backup), ...(await configurationOf(world, backup.target, settings, encryptionKeyOf(backup))) };
  },
});
