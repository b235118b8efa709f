import * as z from 'zod/mini';
import { account, instant, region, request, requestId, tableName } from './contract.ts';
import { runIdText } from './patterns.ts';
import { oneOf, positive, priority, requester, some, text, yesOrNo } from './words.ts';

const maybe = z.optional;
const indexWords = 'write the name of an index: 3 to 255 letters, digits, _ . and -';
const indexName = z.string(indexWords).check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, indexWords));
const asCapturedOr = (forms: string) =>
  z.literal('asCaptured', `write "asCaptured" to put back what was captured, ${forms}or null to leave it out`);
/** As the captured settings have it. What is put back anyway may say so, too. */
const asCaptured = asCapturedOr('');

const units = z.strictObject({ read: positive, write: positive }, 'write {"read": 5, "write": 5}');
const limits = z.strictObject(
  { read: maybe(positive), write: maybe(positive) },
  'write {"read": 5000, "write": 1000}, or one of both',
);

const latest = maybe(z.literal(true, 'write true, without quotes'));

const arnWords =
  'write the ARN of a backup, as in arn:aws:dynamodb:eu-central-1:123456789012:table/orders/backup/01548933600000-1a2b3c4d';
const backupIdWords = 'write <run>/<table id>, as `run` and `tableId` of Backup Completed have them';

/** One of its forms; which one is checked together with everything else: see shared/restore/contradictions.ts. */
const source = z.strictObject(
  {
    backupArn: maybe(
      z
        .string(arnWords)
        .check(
          z.regex(
            /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}\/backup\/[0-9a-zA-Z-]+$/,
            arnWords,
          ),
        ),
    ),
    backupId: maybe(z.string(backupIdWords).check(z.regex(new RegExp(`^${runIdText}/[0-9a-zA-Z-]+$`), backupIdWords))),
    table: maybe(tableName),
    /** Chooses, when several tables had the name. */
    tableId: maybe(some('write the id of a table, as DescribeTable says it')),
    latest,
    /** The newest backup made before it. */
    before: maybe(instant),
    pointInTime: maybe(
      z.strictObject({ at: maybe(instant), latest }, 'write {"at": "2026-01-31T02:00:00Z"} or {"latest": true}'),
    ),
    /** Where the table is or was; where the service is deployed by default. */
    account: maybe(account),
    region: maybe(region),
  },
  'write an object, as in {"table": "orders", "latest": true}',
);

const indexList = 'write a list of the indexes to keep, as in ["by-date"], or null for none';
const index = z.union([
  indexName,
  z.strictObject(
    { name: indexName, provisionedThroughput: maybe(units), onDemandThroughput: maybe(limits) },
    'write the name of an index, or {"name": "by-date", "provisionedThroughput": {"read": 5, "write": 5}}',
  ),
]);

/** What is left out is as it was at the time of the backup; what is null is removed. */
const target = z.strictObject(
  {
    tableName,
    /** Must be the source's: AWS restores to no other account. */
    account: maybe(account),
    /** The source's by default. Another one needs `encryption`. */
    region: maybe(region),

    billingMode: maybe(oneOf('PROVISIONED', 'PAY_PER_REQUEST')),
    provisionedThroughput: maybe(units),
    onDemandThroughput: maybe(z.nullable(limits)),
    /** The names of those to keep, with other throughput if need be. */
    globalSecondaryIndexes: maybe(
      z.nullable(z.array(index, indexList).check(z.maxLength(20, 'name 20 indexes at most'))),
    ),
    localSecondaryIndexes: maybe(
      z.nullable(z.array(indexName, indexList).check(z.maxLength(5, 'name 5 indexes at most'))),
    ),
    encryption: maybe(
      z.nullable(
        z.strictObject(
          {
            type: oneOf('AWS_OWNED', 'AWS_MANAGED', 'CUSTOMER_MANAGED'),
            /** Key id, ARN or alias, for CUSTOMER_MANAGED. */
            keyArn: maybe(some('write the ARN of a key')),
          },
          'write {"type": "CUSTOMER_MANAGED", "keyArn": …}, or null for the key that AWS owns',
        ),
      ),
    ),

    tags: maybe(
      z.nullable(z.union([asCapturedOr('{"team": "shop"} with texts only, '), z.record(z.string(), z.string())])),
    ),
    tableClass: maybe(z.nullable(oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS', 'asCaptured'))),
    deletionProtection: maybe(z.nullable(z.union([asCapturedOr('true, false '), z.boolean()]))),
    pointInTimeRecovery: maybe(
      z.nullable(
        z.union([
          asCapturedOr('true, false, {"days": 35} '),
          z.boolean(),
          z.strictObject({ days: positive.check(z.maximum(35, 'DynamoDB keeps 1 to 35 days')) }),
        ]),
      ),
    ),
    autoScaling: maybe(z.nullable(asCaptured)),
    contributorInsights: maybe(z.nullable(oneOf('ACCESSED_AND_THROTTLED_KEYS', 'THROTTLED_KEYS', 'asCaptured'))),

    stream: maybe(
      z.nullable(
        z.union([
          asCapturedOr('{"viewType": "NEW_AND_OLD_IMAGES"} '),
          z.strictObject({ viewType: oneOf('KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES') }),
        ]),
      ),
    ),
    timeToLive: maybe(
      z.nullable(
        z.union([
          asCapturedOr('{"attribute": "expiresAt"} '),
          z.strictObject({ attribute: text('write the name of an attribute: 1 to 255 characters', 255) }),
        ]),
      ),
    ),
    warmThroughput: maybe(z.nullable(asCaptured)),
    resourcePolicy: maybe(z.nullable(asCaptured)),
    kinesis: maybe(z.nullable(asCaptured)),
    triggers: maybe(z.nullable(asCaptured)),
    /** Or those of the captured Regions that shall be replicas again. */
    replicas: maybe(
      z.nullable(z.union([asCapturedOr('a list of Regions '), z.array(region).check(z.minLength(1, 'name a Region'))])),
    ),
    alarms: maybe(z.nullable(asCaptured)),
  },
  'write an object, as in {"tableName": "orders"}',
);

/** An item's key as DynamoDB writes it: `{"id": {"S": "a"}}`. */
const keyWords = 'write the key of an item as DynamoDB does, as in {"id": {"S": "a"}}';
const typed = <const Type extends string>(type: Type) =>
  z.strictObject({ [type]: z.string(keyWords) } as Record<Type, z.ZodMiniString>, keyWords);
const itemKey = z.record(z.string(), z.union([typed('S'), typed('N'), typed('B')]), keyWords);

const sampleWords = 'write a list of 1 to 100 keys, as in [{"id": {"S": "a"}}]';

export const RestoreRequested = request(
  'Restore Requested',
  { sentBy: 'a requester', heardBy: 'restore', when: 'somebody wants a table back' },
  {
    /** The same id is the same restore. By default the id of the event, or of the invocation. */
    requestId: maybe(requestId),
    source,
    target,
    verify: maybe(
      z.strictObject(
        {
          /** Items that must be there. */
          sample: maybe(
            z.array(itemKey, sampleWords).check(z.minLength(1, sampleWords), z.maxLength(100, sampleWords)),
          ),
          /** Reads the whole table and counts. */
          count: maybe(yesOrNo),
        },
        'write an object, as in {"count": true}',
      ),
    ),
    reason: text('say in 1 to 500 characters why the table is wanted back', 500),
    /** Who asks, in his own words. */
    requester: maybe(requester),
    priority: maybe(priority),
    /** Looks at everything, answers with the plan, and changes nothing. */
    dryRun: maybe(yesOrNo),
  },
);

export type RestoreRequest = z.infer<(typeof RestoreRequested)['detail']>;
