import * as z from 'zod/mini';
import { account, instant, region, request, requestId, tableName } from './contract.ts';

const maybe = z.optional;
const expression = z.string().check(z.minLength(1), z.maxLength(4096));

/** One of its forms; which one is checked together with everything else: see shared/export/contradictions.ts. */
const source = z.strictObject({
  tableArn: maybe(
    z
      .string()
      .check(
        z.regex(
          /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}$/,
          'write the ARN of a table, as in arn:aws:dynamodb:eu-central-1:123456789012:table/orders',
        ),
      ),
  ),
  table: maybe(tableName),
  /** Where the table is; where the service is deployed by default. */
  account: maybe(account),
  region: maybe(region),
});

const keyName = '([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})';
const aliasName = 'alias/[a-zA-Z0-9/_-]{1,250}';
const keyId = new RegExp(
  `^(${keyName}|${aliasName}|arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:(key/${keyName}|${aliasName}))$`,
);

/** Where AWS writes the files. Whose bucket it is says the deployment's parameter exportBuckets. */
const destination = z.strictObject({
  bucket: z
    .string()
    .check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'write the name of a bucket: 3 to 63 of a-z, 0-9, . and -')),
  prefix: maybe(
    z
      .string()
      .check(
        z.regex(
          /^[\w!.*'()/=-]{1,512}$/,
          "write 1 to 512 letters, digits and / ! - _ . * ' ( ) =, as in exports/orders",
        ),
      ),
  ),
  encryption: maybe(
    z.strictObject({
      type: z.enum(['AES256', 'KMS']),
      /** For KMS; the key that AWS manages for S3 by default. */
      keyArn: maybe(z.string().check(z.regex(keyId, 'write the ARN, the id or the alias of a KMS key'))),
    }),
  ),
});

/** An attribute value as DynamoDB writes it: `{"S": "a"}`. */
const value = z.record(z.enum(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']), z.unknown());

/** In DynamoDB's expression language, as a Query or a Scan has them. */
const filter = z.strictObject({
  keyCondition: maybe(expression),
  filter: maybe(expression),
  projection: maybe(expression),
  names: maybe(z.record(z.string().check(z.regex(/^#\w+$/, 'write #name')), z.string().check(z.minLength(1)))),
  values: maybe(z.record(z.string().check(z.regex(/^:\w+$/, 'write :value')), value)),
});

export const ExportRequested = request(
  'Export Requested',
  { sentBy: 'a requester', heardBy: 'export', when: 'somebody wants the items of a table as files in S3' },
  {
    /** The same id is the same export. By default the id of the event, or of the invocation. */
    requestId: maybe(requestId),
    source,
    destination,
    format: maybe(z.enum(['DYNAMODB_JSON', 'ION'])),
    /** All items at an instant, or what became of items in a window; full by default. */
    type: maybe(z.enum(['full', 'incremental'])),
    /** Of a full export: within the window of point-in-time recovery; as AWS begins by default. */
    exportTime: maybe(instant),
    /** Of an incremental export: from (inclusive) until (exclusive), 15 minutes to 24 hours. */
    window: maybe(z.strictObject({ from: instant, until: instant })),
    view: maybe(z.enum(['NEW_IMAGE', 'NEW_AND_OLD_IMAGES'])),
    filter: maybe(filter),
    /** Switches point-in-time recovery on when it is off: it stays on, and costs. */
    enablePointInTimeRecovery: maybe(z.boolean()),
    /** Reads all files back and compares them with the manifests. */
    verify: maybe(z.boolean()),
    reason: z.string().check(z.minLength(1), z.maxLength(500)),
    /** Who asks, in his own words. */
    requester: maybe(z.string().check(z.minLength(1), z.maxLength(200))),
    priority: maybe(z.enum(['interactive', 'bulk'])),
    /** Looks at everything, answers with the plan, and changes nothing. */
    dryRun: maybe(z.boolean()),
  },
);

export type ExportRequest = z.infer<(typeof ExportRequested)['detail']>;
