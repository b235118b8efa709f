import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import { newestCapture, settingsWithHash } from '../../settings/store.ts';
import { type StandingTable, tableById, tablesOf } from '../../standing/standing.ts';
import type { World } from '../../world.ts';
import { missing } from '../failure.ts';
import { environmentIdOf, environmentOf } from '../places.ts';
import { route } from '../route.ts';
import { environmentId, uuid } from '../words.ts';
import { configuration, configurationOf } from './configuration.ts';
import { link, linkTo, listBody, listOf, listQuery } from './shapes.ts';
import { wrongStart } from './tasks.ts';

const tableView = z.object({
  _links: z.object({ _self: z.optional(link) }),
  /** AWS's id of the table; null where AWS did not describe it to us. */
  id: z.nullable(z.string()),
  name: z.string(),
  table_native_id: z.nullable(z.string()),
  environment_id: z.string(),
  account_native_id: z.string(),
  aws_region: z.string(),
  table_status: z.nullable(z.string()),
  size: z.nullable(z.int()),
  item_count: z.nullable(z.int()),
  /** By the worst of the plans that mean it; `unprotected`: none does. */
  protection_status: z.enum(['protected', 'overdue', 'waiting', 'unprotected']),
});

function viewOf({ target, id, arn, status, sizeBytes, itemCount, name, protections }: StandingTable) {
  const worst = (['overdue', 'waiting', 'protected'] as const).find((state) =>
    protections.some((one) => one.state === state),
  );
  return {
    _links: id === undefined ? {} : { _self: linkTo(`/datasources/aws/dynamodb-tables/${id}`) },
    id: id ?? null,
    name,
    table_native_id: arn ?? null,
    environment_id: environmentIdOf(target),
    account_native_id: target.account,
    aws_region: target.region,
    table_status: status ?? null,
    size: sizeBytes ?? null,
    item_count: itemCount ?? null,
    protection_status: worst ?? ('unprotected' as const),
  };
}

export const listTables = route({
  method: 'GET',
  path: '/datasources/aws/dynamodb-tables',
  dialect: 'clumio',
  rights: 'read',
  id: 'listAwsDynamodbTables',
  summary: 'The tables of our targets, as of the last audit',
  query: z.strictObject({
    ...listQuery,
    environment_id: z.optional(environmentId),
    name: z.optional(z.string().check(z.maxLength(255))),
  }),
  success: { status: 200, description: 'A page of tables, by environment and name.', body: listOf(tableView) },
  failures: [404],
  async act(world, { query }) {
    const { limit = 100, start, environment_id: id, name } = query;
    const found = await tablesOf(world, {
      limit,
      ...(start && { cursor: start }),
      ...(id !== undefined && { target: placeOf(world, id) }),
      ...(name !== undefined && { name }),
    });
    if (found === undefined) throw wrongStart();
    const { tables, next, totalCount } = found;
    return listBody(tables.map(viewOf), { path: '/datasources/aws/dynamodb-tables', query, next, totalCount });
  },
});

/** The target of an environment's id, or 404. */
export function placeOf(world: World, id: string) {
  const place = environmentOf(world, id);
  if (place !== undefined) return place;
  const remedy = 'Take one from GET /datasources/aws/environments.';
  throw missing('environment_id', `There is no environment ${id}.`, remedy);
}

export const readTable = route({
  method: 'GET',
  path: '/datasources/aws/dynamodb-tables/:table_id',
  dialect: 'clumio',
  rights: 'read',
  id: 'readAwsDynamodbTable',
  summary: 'A table and its settings, as they were captured last',
  params: z.strictObject({ table_id: uuid }),
  success: {
    status: 200,
    description: 'The table.',
    body: z.extend(tableView, { ...configuration.shape, settings_captured_timestamp: z.nullable(z.string()) }),
  },
  failures: [404],
  async act(world, { params }) {
    const table = await tableById(world, params.table_id);
    if (table === undefined) {
      const problem = `No table with the id ${params.table_id} was there at the last audit.`;
      throw missing('table_id', problem, 'Take an id from GET /datasources/aws/dynamodb-tables.');
    }
    const capture = await newestCapture(world, table.target, params.table_id);
    const settings = capture && (await settingsWithHash(world, capture.hash));
    return {
      ...viewOf(table),
      ...(await configurationOf(world, table.target, settings, table.keyArn)),
      settings_captured_timestamp: capture === undefined ? null : iso(capture.capturedAt),
    };
  },
});
