import * as z from 'zod/mini';
import { account, instant, region, request, requestId, tableName } from './contract.ts';
import { oneOf, positive, priority, requester, text, yesOrNo } from './words.ts';

const maybe = z.optional;

const bucketWords = 'write the name of a bucket: 3 to 63 of a-z, 0-9, . and -';
const folderWords =
  'write a key of the bucket, as in daily/orders/AWSDynamoDB/01769828405120-2d8752fd or daily/orders/chain/01769828405120-2d8752fd';
/** The folder of an export, its manifest-summary.json, or the folder of a chain. */
const folder = z
  .string(folderWords)
  .check(
    z.regex(
      /^\/*([^\0]*\/)?(AWSDynamoDB\/[\w-]+(\/(manifest-summary\.json)?)?|chain\/[\w-]+(\/(0\.json)?)?)$/,
      folderWords,
    ),
    z.maxLength(1024, folderWords),
  );
const incrementsWords = 'write a list of 1 to 100 exports, as in ["daily/orders/AWSDynamoDB/01769914805120-0c4f5a9e"]';

/** Where the files are. Whose bucket it is says the deployment's parameter exportBuckets. */
const source = z.strictObject(
  {
    bucket: z.string(bucketWords).check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketWords)),
    /** A full export, or a chain with all its windows. */
    export: folder,
    /** Incremental exports that follow on the full one, in any order; a chain knows its own. */
    increments: maybe(
      z.array(folder, incrementsWords).check(z.minLength(1, incrementsWords), z.maxLength(100, incrementsWords)),
    ),
    /** Windows that end later are left out. */
    until: maybe(instant),
  },
  'write an object, as in {"bucket": "our-archive", "export": "orders/AWSDynamoDB/01769828405120-2d8752fd"}',
);

const nameWords = 'write the name of an attribute: 1 to 255 characters';
const key = z.strictObject(
  { name: text(nameWords, 255), type: oneOf('S', 'N', 'B') },
  'write the name and the type of a key, as in {"name": "id", "type": "S"}',
);
const units = z.strictObject({ read: positive, write: positive }, 'write {"read": 5, "write": 5}');
const limits = z.strictObject(
  { read: maybe(positive), write: maybe(positive) },
  'write {"read": 5000, "write": 1000}, or one of both',
);
const indexWords = 'write the name of an index: 3 to 255 letters, digits, _ . and -';
const indexName = z.string(indexWords).check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, indexWords));
const projectionWords = 'write "ALL", "KEYS_ONLY" or a list of 1 to 100 attributes';
const projection = z.union(
  [
    oneOf('ALL', 'KEYS_ONLY'),
    z
      .array(text(nameWords, 255), projectionWords)
      .check(z.minLength(1, projectionWords), z.maxLength(100, projectionWords)),
  ],
  projectionWords,
);
const globalIndex = z.strictObject(
  {
    name: indexName,
    partitionKey: key,
    sortKey: maybe(key),
    /** ALL by default. */
    projection: maybe(projection),
    /** Of a provisioned table; the table's own by default. */
    provisionedThroughput: maybe(units),
    onDemandThroughput: maybe(limits),
  },
  'write an index, as in {"name": "by-date", "partitionKey": {"name": "date", "type": "S"}}',
);
const localIndex = z.strictObject(
  { name: indexName, sortKey: key, projection: maybe(projection) },
  'write an index, as in {"name": "by-date", "sortKey": {"name": "date", "type": "S"}}',
);

const asCaptured = z.literal('asCaptured', 'write "asCaptured" to have what was captured, or null for none');

/** A new table. What is left out is as it was captured; what is null, the table shall not have. */
const target = z.strictObject(
  {
    tableName,
    /** One of the deployment's; where the service is deployed by default. */
    account: maybe(account),
    region: maybe(region),

    partitionKey: maybe(key),
    sortKey: maybe(z.nullable(key)),
    globalSecondaryIndexes: maybe(
      z.nullable(
        z
          .array(globalIndex, 'write a list of indexes, or null for none')
          .check(z.maxLength(20, 'name 20 indexes at most')),
      ),
    ),
    /** ImportTable makes none of these: the table is then filled by writes of ours. */
    localSecondaryIndexes: maybe(
      z.nullable(
        z
          .array(localIndex, 'write a list of indexes, or null for none')
          .check(z.maxLength(5, 'name 5 indexes at most')),
      ),
    ),
    billingMode: maybe(oneOf('PROVISIONED', 'PAY_PER_REQUEST')),
    provisionedThroughput: maybe(units),
    onDemandThroughput: maybe(z.nullable(limits)),
    encryption: maybe(
      z.nullable(
        z.strictObject(
          {
            type: oneOf('AWS_OWNED', 'AWS_MANAGED', 'CUSTOMER_MANAGED'),
            /** Key id, ARN or alias, for CUSTOMER_MANAGED. */
            keyArn: maybe(text('write the ARN of a key', 2048)),
          },
          'write {"type": "CUSTOMER_MANAGED", "keyArn": …}, or null for the key that AWS owns',
        ),
      ),
    ),

    tags: maybe(z.nullable(z.record(z.string(), z.string()))),
    tableClass: maybe(z.nullable(oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS'))),
    deletionProtection: maybe(z.nullable(yesOrNo)),
    pointInTimeRecovery: maybe(
      z.nullable(
        z.union([yesOrNo, z.strictObject({ days: positive.check(z.maximum(35, 'DynamoDB keeps 1 to 35 days')) })]),
      ),
    ),
    autoScaling: maybe(z.nullable(asCaptured)),
    contributorInsights: maybe(z.nullable(oneOf('ACCESSED_AND_THROTTLED_KEYS', 'THROTTLED_KEYS'))),
    stream: maybe(
      z.nullable(z.strictObject({ viewType: oneOf('KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES') })),
    ),
    timeToLive: maybe(z.nullable(z.strictObject({ attribute: text(nameWords, 255) }))),
  },
  'write an object, as in {"tableName": "orders-2026"}',
);

export const ImportRequested = request(
  'Import Requested',
  { sentBy: 'a requester', heardBy: 'import', when: 'somebody wants exported files as a new table' },
  {
    /** The same id is the same import. By default the id of the event, or of the invocation. */
    requestId: maybe(requestId),
    source,
    target,
    reason: text('say in 1 to 500 characters what the table is for', 500),
    /** Who asks, in his own words. */
    requester: maybe(requester),
    priority: maybe(priority),
    /** Looks at everything, answers with the plan, and changes nothing. */
    dryRun: maybe(yesOrNo),
  },
);

export type ImportRequest = z.infer<(typeof ImportRequested)['detail']>;
