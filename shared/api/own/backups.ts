import * as z from 'zod/mini';
import { tableName } from '../../../events/contract.ts';
import { iso } from '../../clock.ts';
import { pointId } from '../../points/id.ts';
import { listPoints } from '../../points/list.ts';
import { tablesNamed } from '../../points/named.ts';
import { contentAt } from '../../retention/rules.ts';
import type { Backup } from '../../run.ts';
import { backupIdOf, pointOf } from '../points.ts';
import { route } from '../route.ts';
import { count, uuid } from '../words.ts';
import { defined, pageQuery, wrongCursor } from './shapes.ts';

const text = z.string();
const own = { dialect: 'own', method: 'GET', rights: 'read' } as const;

const backupView = z.object({
  id: text,
  /** `<run>/<table id>`, as events have it. */
  backupId: text,
  backupArn: z.optional(text),
  table: text,
  tableId: text,
  plan: text,
  account: text,
  region: text,
  state: text,
  createdAt: text,
  availableAt: z.optional(text),
  sizeBytes: z.optional(z.int()),
  /** Of one that was asked for by hand: when it may be deleted. */
  expiresAt: z.optional(text),
  hold: z.optional(z.object({ by: text, reason: text, at: text })),
  /** Tasks that need it. */
  pins: z.optional(z.array(text)),
  /** A second one of the same run and table. */
  isDuplicate: z.optional(z.boolean()),
  settingsCapturedAt: z.optional(text),
});

function viewOf(backup: Backup): z.infer<typeof backupView> {
  const { backupArn, tableName: table, tableId, plan, target, state, sizeBytes, isDuplicate, hold, pins } = backup;
  return {
    ...{ id: pointId(backup), backupId: backupIdOf(backup), table, tableId, plan, ...target, state },
    createdAt: iso(contentAt(backup)),
    ...defined({ backupArn, sizeBytes, isDuplicate }),
    ...(backup.endedAt !== undefined && { availableAt: iso(backup.endedAt) }),
    ...(backup.expiresAt !== undefined && { expiresAt: iso(backup.expiresAt) }),
    ...(hold && { hold: { ...hold, at: iso(hold.at) } }),
    ...(pins && pins.size > 0 && { pins: [...pins] }),
    ...(backup.settings && { settingsCapturedAt: iso(backup.settings.capturedAt) }),
  };
}

export const listOurBackups = route({
  ...own,
  path: '/v1/backups',
  id: 'listOurBackups',
  summary: 'Backups of all tables, or of one, newest first',
  query: z.strictObject({ ...pageQuery, tableId: z.optional(uuid) }),
  success: {
    status: 200,
    description: 'A page of backups that are there, or are being made.',
    body: z.object({ backups: z.array(backupView), totalCount: count, next: z.optional(text) }),
  },
  failures: [],
  async act(world, { query }) {
    const found = await listPoints(world, defined(query));
    if ('mistakes' in found) throw wrongCursor();
    const { points, totalCount, next } = found;
    return { backups: points.map(viewOf), totalCount, ...(next !== undefined && { next }) };
  },
});

export const readOurBackup = route({
  ...own,
  path: '/v1/backups/:id',
  id: 'readOurBackup',
  summary: 'A backup: where it is, who holds it, which tasks need it',
  params: z.strictObject({ id: uuid }),
  success: { status: 200, description: 'The backup.', body: backupView },
  failures: [404],
  act: async (world, { params }) => viewOf(await pointOf(world, params.id, 'id')),
});

export const listTablesNamed = route({
  ...own,
  path: '/v1/backed-up-tables',
  id: 'listTablesNamed',
  summary: 'Tables that have a name, or had it when a backup that is left was made',
  query: z.strictObject({ name: tableName }),
  success: {
    status: 200,
    description: 'Their ids, which the list of backups takes; also those of tables that were deleted.',
    body: z.object({
      tables: z.array(z.object({ tableId: text, account: text, region: text, isThere: z.boolean() })),
    }),
  },
  failures: [],
  async act(world, { query }) {
    const tables = await tablesNamed(world, query.name);
    return { tables: tables.map(({ target, ...table }) => ({ ...table, ...target })) };
  },
});
