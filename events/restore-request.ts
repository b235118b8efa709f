import * as z from 'zod/mini';
import { account, instant, region, request, tableName } from './contract.ts';
import { runIdText } from './patterns.ts';

const maybe = z.optional;
const positive = z.number().check(z.int(), z.positive());
const indexName = z.string().check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'write the name of an index'));
/** As the captured settings have it. What is put back anyway may say so, too. */
const asCaptured = z.literal('asCaptured', 'write "asCaptured" to put back what was captured, or null to leave it out');

const units = z.strictObject({ read: positive, write: positive });
const limits = z.strictObject({ read: maybe(positive), write: maybe(positive) });

/** One of its forms; which one is checked together with everything else: see shared/restore/contradictions.ts. */
const source = z.strictObject({
  backupArn: maybe(
    z
      .string()
      .check(
        z.regex(
          /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}\/backup\/[0-9a-zA-Z-]+$/,
          'write the ARN of a backup, as in arn:aws:dynamodb:eu-central-1:123456789012:table/orders/backup/01548933600000-1a2b3c4d',
        ),
      ),
  ),
  backupId: maybe(
    z
      .string()
      .check(
        z.regex(
          new RegExp(`^${runIdText}/[0-9a-zA-Z-]+$`),
          'write <run>/<table id>, as `run` and `tableId` of Backup Completed have them',
        ),
      ),
  ),
  table: maybe(tableName),
  /** Chooses, when several tables had the name. */
  tableId: maybe(z.string().check(z.minLength(1))),
  latest: maybe(z.literal(true, 'write true')),
  /** The newest backup made before it. */
  before: maybe(instant),
  pointInTime: maybe(z.strictObject({ at: maybe(instant), latest: maybe(z.literal(true, 'write true')) })),
  /** Where the table is or was; where the service is deployed by default. */
  account: maybe(account),
  region: maybe(region),
});

const index = z.union([
  indexName,
  z.strictObject({ name: indexName, provisionedThroughput: maybe(units), onDemandThroughput: maybe(limits) }),
]);

/** What is left out is as it was at the time of the backup; what is null is removed. */
const target = z.strictObject({
  tableName,
  /** Must be the source's: AWS restores to no other account. */
  account: maybe(account),
  /** The source's by default. Another one needs `encryption`. */
  region: maybe(region),

  billingMode: maybe(z.enum(['PROVISIONED', 'PAY_PER_REQUEST'])),
  provisionedThroughput: maybe(units),
  onDemandThroughput: maybe(z.nullable(limits)),
  /** The names of those to keep, with other throughput if need be. */
  globalSecondaryIndexes: maybe(z.nullable(z.array(index).check(z.maxLength(20)))),
  localSecondaryIndexes: maybe(z.nullable(z.array(indexName).check(z.maxLength(5)))),
  encryption: maybe(
    z.nullable(
      z.strictObject({
        type: z.enum(['AWS_OWNED', 'AWS_MANAGED', 'CUSTOMER_MANAGED']),
        /** Key id, ARN or alias, for CUSTOMER_MANAGED. */
        keyArn: maybe(z.string().check(z.minLength(1))),
      }),
    ),
  ),

  tags: maybe(z.nullable(z.union([asCaptured, z.record(z.string(), z.string())]))),
  tableClass: maybe(z.nullable(z.enum(['STANDARD', 'STANDARD_INFREQUENT_ACCESS', 'asCaptured']))),
  deletionProtection: maybe(z.nullable(z.union([asCaptured, z.boolean()]))),
  pointInTimeRecovery: maybe(
    z.nullable(
      z.union([
        asCaptured,
        z.boolean(),
        z.strictObject({ days: positive.check(z.maximum(35, 'DynamoDB keeps 1 to 35 days')) }),
      ]),
    ),
  ),
  autoScaling: maybe(z.nullable(asCaptured)),
  contributorInsights: maybe(z.nullable(z.enum(['ACCESSED_AND_THROTTLED_KEYS', 'THROTTLED_KEYS', 'asCaptured']))),

  stream: maybe(
    z.nullable(
      z.union([
        asCaptured,
        z.strictObject({ viewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']) }),
      ]),
    ),
  ),
  timeToLive: maybe(
    z.nullable(
      z.union([asCaptured, z.strictObject({ attribute: z.string().check(z.minLength(1), z.maxLength(255)) })]),
    ),
  ),
  warmThroughput: maybe(z.nullable(asCaptured)),
  resourcePolicy: maybe(z.nullable(asCaptured)),
  kinesis: maybe(z.nullable(asCaptured)),
  triggers: maybe(z.nullable(asCaptured)),
  /** Or those of the captured Regions that shall be replicas again. */
  replicas: maybe(z.nullable(z.union([asCaptured, z.array(region).check(z.minLength(1))]))),
  alarms: maybe(z.nullable(asCaptured)),
});

/** An item's key as DynamoDB writes it: `{"id": {"S": "a"}}`. */
const itemKey = z.record(
  z.string(),
  z.union([z.strictObject({ S: z.string() }), z.strictObject({ N: z.string() }), z.strictObject({ B: z.string() })]),
);

export const RestoreRequested = request(
  'Restore Requested',
  { sentBy: 'a requester', heardBy: 'restore', when: 'somebody wants a table back' },
  {
    /** The same id is the same restore. By default the id of the event, or of the invocation. */
    requestId: maybe(
      z.string().check(z.regex(/^[\w.:/@+-]{1,128}$/, 'write 1 to 128 letters, digits and . : / @ + - _')),
    ),
    source,
    target,
    verify: maybe(
      z.strictObject({
        /** Items that must be there. */
        sample: maybe(z.array(itemKey).check(z.minLength(1), z.maxLength(100))),
        /** Reads the whole table and counts. */
        count: maybe(z.boolean()),
      }),
    ),
    reason: z.string().check(z.minLength(1), z.maxLength(500)),
    /** Who asks, in his own words. */
    requester: maybe(z.string().check(z.minLength(1), z.maxLength(200))),
    priority: maybe(z.enum(['interactive', 'bulk'])),
    /** Looks at everything, answers with the plan, and changes nothing. */
    dryRun: maybe(z.boolean()),
  },
);

export type RestoreRequest = z.infer<(typeof RestoreRequested)['detail']>;
