import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import { describePoints, type Point } from '../../points/describe.ts';
import { listPoints, type PointPage, type PointQuery } from '../../points/list.ts';
import { sorts } from '../../points/order.ts';
import type { World } from '../../world.ts';
import { wrong } from '../failure.ts';
import { pointOf } from '../points.ts';
import { route } from '../route.ts';
import { count, uuid } from '../words.ts';

export const path = '/api/v1/dynamoDb/restorePoints';

const link = z.object({ rel: z.string(), href: z.string(), method: z.enum(['GET', 'POST', 'DELETE']) });

/** The example of seed 001, field by field; null: it was not written down when the backup was made. */
const pointView = z.object({
  policyName: z.nullable(z.string()),
  id: z.string(),
  dynamoDbId: z.string(),
  backupId: z.string(),
  name: z.string(),
  regionName: z.string(),
  regionDisplayName: z.string(),
  jobType: z.enum(['AwsDynamoDbBackup', 'AwsDynamoDbManualBackup']),
  hasManualBackup: z.boolean(),
  createTimeUtc: z.string(),
  completedTimeUtc: z.nullable(z.string()),
  status: z.string(),
  writeCapacityUnits: z.nullable(z.number()),
  readCapacityUnits: z.nullable(z.number()),
  tableClass: z.nullable(z.enum(['Standard', 'StandardInfrequentAccess'])),
  deletionProtection: z.nullable(z.boolean()),
  pointInTimeRecovery: z.nullable(z.boolean()),
  ttlAttribute: z.nullable(z.string()),
  size: z.nullable(z.number()),
  isStandalone: z.boolean(),
  itemCount: z.nullable(z.number()),
  resourceAwsAccountId: z.string(),
  restorePointAwsAccountId: z.string(),
  encryptionKey: z.nullable(z.string()),
  _links: z.array(link),
});

function viewOf(point: Point): z.infer<typeof pointView> {
  const href = `${path}/${point.id}`;
  const remove = { rel: 'delete', href, method: 'DELETE' as const };
  return {
    ...point,
    _links: [
      { rel: 'self', href, method: 'GET' },
      { rel: 'restore', href: `${href}/restore`, method: 'POST' },
      ...(point.hasManualBackup ? [remove] : []),
    ],
  };
}

/** No other text than an account's 12 digits has restore points. */
const accountId = z.string().check(z.minLength(1), z.maxLength(64));
const offsetWords = 'write a whole number from 0 to 10000; from there on give Cursor, which _links next has';
const limitWords = 'write a whole number, or -1 for the largest page';
/** The largest page. */
const mostRows = 1000;

const query = z.strictObject({
  DynamoDbId: z.optional(uuid),
  RestorePointAwsAccountId: z.optional(accountId),
  ResourceAwsAccountId: z.optional(accountId),
  ResourceAwsOrganizationId: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  Offset: z.optional(z.int(offsetWords).check(z.minimum(0, offsetWords), z.maximum(10_000, offsetWords))),
  Limit: z.optional(z.int(limitWords).check(z.minimum(-1, limitWords), z.maximum(2 ** 31 - 1, limitWords))),
  Sort: z.optional(z.array(z.enum(sorts, `write one of ${sorts.join(', ')}`)).check(z.maxLength(8))),
  /** Where the page before ended: from its _links. Not together with Offset. */
  Cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
});

type Query = z.infer<typeof query>;

export const listRestorePoints = route({
  method: 'GET',
  path,
  dialect: 'veeam',
  rights: 'read',
  id: 'getDynamoDbRestorePoints',
  summary: 'Restore points of DynamoDB tables',
  description:
    'Limit -1 is the largest page, 1000 rows, and so is every larger one. Offset goes to 10000; from there on _links next has a Cursor. A restore point and its table are of one account, so both filters of accounts mean the same. The only organisation that is known is the one that the deployment names.',
  query,
  success: {
    status: 200,
    description: 'A page of restore points.',
    body: z.object({
      results: z.array(pointView),
      totalCount: count,
      /** When it is from, where it is not counted now: it is the sum that retention has written down. */
      totalCountAsOf: z.optional(z.string()),
      _links: z.array(link),
    }),
  },
  failures: [],
  async act(world, { query }) {
    const wanted = wantedOf(world, query);
    const found = wanted === undefined ? nothing : await listPoints(world, wanted);
    if ('mistakes' in found) throw wrong(found.mistakes);
    const { points, totalCount, totalCountAsOf, next } = found;
    return {
      results: query.Limit === 0 ? [] : (await describePoints(world, points)).map(viewOf),
      totalCount,
      ...(totalCountAsOf !== undefined && { totalCountAsOf: iso(totalCountAsOf) }),
      _links: [
        { rel: 'self', href: hrefOf(query), method: 'GET' },
        ...(next === undefined || query.Limit === 0 ? [] : [{ rel: 'next', href: hrefOf(query, next), method: 'GET' }]),
      ],
    };
  },
});

const nothing: PointPage = { points: [], totalCount: 0 };

/** What is asked for; undefined when nothing can fit. */
function wantedOf(world: World, query: Query): PointQuery | undefined {
  const { DynamoDbId, RestorePointAwsAccountId: one, ResourceAwsAccountId: other, Offset, Limit, Sort, Cursor } = query;
  if (Offset !== undefined && Cursor !== undefined) {
    const problem = 'Offset and Cursor both say where the page begins.';
    throw wrong([{ field: 'Cursor', problem, remedy: 'Give one of them.' }]);
  }
  const isOther = one !== undefined && other !== undefined && one !== other;
  if (isOther || isOfOthers(world, query.ResourceAwsOrganizationId)) return undefined;
  const account = one ?? other;
  return {
    ...(DynamoDbId !== undefined && { tableId: DynamoDbId }),
    ...(account !== undefined && { accounts: [account] }),
    ...(Sort !== undefined && { sort: Sort }),
    ...(Offset !== undefined && { offset: Offset }),
    ...(Limit !== undefined && { limit: Limit === -1 ? mostRows : Math.max(1, Math.min(Limit, mostRows)) }),
    ...(Cursor !== undefined && { cursor: Cursor }),
  };
}

/** The roles of other accounts must belong to the organisation that the deployment names; without one none is known. */
function isOfOthers({ options }: World, organisation: string | undefined): boolean {
  if (organisation === undefined) return false;
  if (options.organisation !== undefined) return organisation !== options.organisation;
  if (!/^o-[a-z0-9]{10,32}$/.test(organisation)) return true;
  const problem = 'This deployment does not name the organisation that its accounts belong to.';
  const remedy = 'Deploy with the parameter organisation, or give ResourceAwsAccountId.';
  throw wrong([{ field: 'ResourceAwsOrganizationId', problem, remedy }]);
}

/** The same list, or, with a cursor, its next page. */
function hrefOf({ Offset, Cursor, Sort = [], ...others }: Query, next?: string): string {
  const place = next === undefined ? { Offset, Cursor } : { Cursor: next };
  const given = Object.entries({ ...others, ...place }).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  for (const column of Sort) parameters.append('Sort', column);
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

export const point = z.strictObject({ restorePointId: uuid });

export const readRestorePoint = route({
  method: 'GET',
  path: `${path}/:restorePointId`,
  dialect: 'veeam',
  rights: 'read',
  id: 'getDynamoDbRestorePoint',
  summary: 'A restore point',
  params: point,
  success: { status: 200, description: 'The restore point.', body: pointView },
  failures: [404],
  async act(world, { params }) {
    const backup = await pointOf(world, params.restorePointId, 'restorePointId');
    const [described] = await describePoints(world, [backup]);
    return described && viewOf(described);
  },
});
