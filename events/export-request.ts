import * as z from 'zod/mini';
import { account, instant, region, request, requestId, tableName } from './contract.ts';
import { oneOf, priority, requester, some, text, yesOrNo } from './words.ts';

const maybe = z.optional;
const arnWords = 'write the ARN of a table, as in arn:aws:dynamodb:eu-central-1:123456789012:table/orders';

/** One of its forms; which one is checked together with everything else: see shared/export/contradictions.ts. */
const source = z.strictObject(
  {
    tableArn: maybe(
      z
        .string(arnWords)
        .check(z.regex(/^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}$/, arnWords)),
    ),
    table: maybe(tableName),
    /** Where the table is; where the service is deployed by default. */
    account: maybe(account),
    region: maybe(region),
  },
  'write an object, as in {"table": "orders"}',
);

const keyName = '([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})';
const aliasName = 'alias/[a-zA-Z0-9/_-]{1,250}';
const keyId = new RegExp(
  `^(${keyName}|${aliasName}|arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:(key/${keyName}|${aliasName}))$`,
);

const bucketWords = 'write the name of a bucket: 3 to 63 of a-z, 0-9, . and -';
const prefixWords =
  "write 1 to 512 letters, digits and / ! - _ . * ' ( ) =, which must not begin with /, as in exports/orders";
const keyWords = 'write the ARN, the id or the alias of a KMS key, as in alias/exports';

/** Where AWS writes the files. Whose bucket it is says the deployment's parameter exportBuckets. */
const destination = z.strictObject(
  {
    bucket: z.string(bucketWords).check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketWords)),
    prefix: maybe(z.string(prefixWords).check(z.regex(/^(?!\/)[\w!.*'()/=-]{1,512}$/, prefixWords))),
    encryption: maybe(
      z.strictObject(
        {
          type: oneOf('AES256', 'KMS'),
          /** For KMS; the key that AWS manages for S3 by default. */
          keyArn: maybe(z.string(keyWords).check(z.regex(keyId, keyWords))),
        },
        'write {"type": "AES256"}, or {"type": "KMS", "keyArn": …}',
      ),
    ),
  },
  'write an object, as in {"bucket": "our-archive", "prefix": "orders"}',
);

const valueWords = 'write a value as DynamoDB does, as in {"S": "a"} or {"N": "1"}';
const aString = z.string(valueWords);
const aNumber = z.string(valueWords).check(z.regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, valueWords));
const base64 = z.string(valueWords).check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/, `${valueWords}; B has Base64`));
const listOf = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.array(schema, valueWords).check(z.minLength(1, valueWords));

/** An attribute value as DynamoDB writes it: one of these. What is in a list or a map AWS reads. */
const value = z
  .strictObject(
    {
      S: maybe(aString),
      N: maybe(aNumber),
      B: maybe(base64),
      BOOL: maybe(z.boolean(valueWords)),
      NULL: maybe(z.literal(true, valueWords)),
      SS: maybe(listOf(aString)),
      NS: maybe(listOf(aNumber)),
      BS: maybe(listOf(base64)),
      L: maybe(z.array(z.unknown(), valueWords)),
      M: maybe(z.record(z.string(), z.unknown(), valueWords)),
    },
    valueWords,
  )
  .check(z.refine((members) => Object.keys(members).length === 1, valueWords));

const expression = text("write an expression of 1 to 4096 characters in DynamoDB's language, as in n > :least", 4096);
const aName = 'write #name and the attribute that it stands for, as in {"#n": "name"}';
const aValue = 'write :value and what it stands for, as in {":least": {"N": "1"}}';

/** In DynamoDB's expression language, as a Query or a Scan has them. */
const filter = z.strictObject(
  {
    keyCondition: maybe(expression),
    filter: maybe(expression),
    projection: maybe(expression),
    names: maybe(z.record(z.string().check(z.regex(/^#\w+$/, aName)), some(aName), aName)),
    values: maybe(z.record(z.string().check(z.regex(/^:\w+$/, aValue)), value, aValue)),
  },
  'write an object, as in {"filter": "n > :least", "values": {":least": {"N": "1"}}}',
);

export const ExportRequested = request(
  'Export Requested',
  { sentBy: 'a requester', heardBy: 'export', when: 'somebody wants the items of a table as files in S3' },
  {
    /** The same id is the same export. By default the id of the event, or of the invocation. */
    requestId: maybe(requestId),
    source,
    destination,
    format: maybe(oneOf('DYNAMODB_JSON', 'ION')),
    /** All items at an instant, or what became of items in a window; full by default. */
    type: maybe(oneOf('full', 'incremental')),
    /** Of a full export: within the window of point-in-time recovery; as AWS begins by default. */
    exportTime: maybe(instant),
    /** Of an incremental export: from (inclusive) until (exclusive), 15 minutes to 24 hours. */
    window: maybe(
      z.strictObject(
        { from: instant, until: instant },
        'write {"from": "2026-01-31T02:00:00Z", "until": "2026-01-31T14:00:00Z"}',
      ),
    ),
    view: maybe(oneOf('NEW_IMAGE', 'NEW_AND_OLD_IMAGES')),
    filter: maybe(filter),
    /** Switches point-in-time recovery on when it is off: it stays on, and costs. */
    enablePointInTimeRecovery: maybe(yesOrNo),
    /** Reads all files back and compares them with the manifests. */
    verify: maybe(yesOrNo),
    reason: text('say in 1 to 500 characters why it is exported', 500),
    /** Who asks, in his own words. */
    requester: maybe(requester),
    priority: maybe(priority),
    /** Looks at everything, answers with the plan, and changes nothing. */
    dryRun: maybe(yesOrNo),
  },
);

export type ExportRequest = z.infer<(typeof ExportRequested)['detail']>;
