import type { Call, Permission } from '../service.ts';
import type { Item } from './dynalite.ts';
import { partiqlPermissions } from './partiql/execute.ts';
import type { ReplicaUpdate } from './replicas.ts';
import type { Region } from './state.ts';

/*
 * Who must be allowed what: the service authorization reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html).
 */

/** Actions without resource-level permissions. */
const onEverything = [
  ...['ListTables', 'ListBackups', 'DescribeLimits', 'DescribeEndpoints', 'ListContributorInsights'],
  ...['ListExports', 'ListImports'],
];
const onBackup = ['DescribeBackup', 'DeleteBackup'];
const onTags = ['TagResource', 'UntagResource', 'ListTagsOfResource'];
const onArn = [...onTags, 'PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy'];
const onKey = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'];
const onIndex = ['Query', 'Scan', 'DescribeContributorInsights', 'UpdateContributorInsights'];

/**
 * The call in the account of the table that it names by ARN, for the operations that a table's policy can open to other
 * accounts (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html, the batches left out).
 */
export function ownersCall(call: Call): Call {
  const [prefix, , , region, account] = String(call.input.TableName ?? call.input.ResourceArn).split(':');
  if (prefix !== 'arn' || account === undefined || region !== call.region) return call;
  return sharedOperations.includes(call.operation) ? { ...call, account } : call;
}

const sharedOperations = [
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'DescribeTable', 'UpdateTable', 'DeleteTable'],
  ...onTags,
];

export function permissionsOf(call: Call, region: Region): Permission[] {
  const { operation, input } = call;
  const action = `dynamodb:${operation}`;
  if (onEverything.includes(operation)) return [{ action, resource: '*' }];
  if (onBackup.includes(operation)) return [{ action, resource: String(input.BackupArn) }];
  if (onArn.includes(operation)) return [{ action, resource: String(input.ResourceArn) }];
  if (operation === 'DescribeExport') return [{ action, resource: String(input.ExportArn) }];
  if (operation === 'DescribeImport') return [{ action, resource: String(input.ImportArn) }];
  if (operation === 'ExportTableToPointInTime') return [{ action, resource: tableArn(input.TableArn, region) }];
  if (operation === 'ImportTable') return importTable(call, region);
  if (operation === 'CreateTable') return createTable(call, region);
  if (operation.startsWith('RestoreTable')) return restore(call, region);
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return batch(action, input.RequestItems, region);

  if (operation.endsWith('ExecuteStatement')) return partiqlPermissions(call, region);
  if (operation.startsWith('Transact')) return transaction(input.TransactItems, region);

  const resource = tableArn(input.TableName, region);
  if (operation === 'EnableKinesisStreamingDestination') return [{ action, resource }, ...streamUse(input.StreamArn)];
  if (operation === 'UpdateTable' && Array.isArray(input.ReplicaUpdates)) return replicate(call, resource);
  if (onIndex.includes(operation) && typeof input.IndexName === 'string') {
    return [{ action, resource: `${resource}/index/${input.IndexName}` }];
  }
  const keys = onKey.includes(operation) ? leadingKeys(region, input.TableName, [input.Key ?? input.Item]) : undefined;
  return [{ action, resource, ...(keys && { context: { 'dynamodb:LeadingKeys': keys } }) }];
}

const tableArn = (given: unknown, region: Region): string =>
  String(given).startsWith('arn:') ? String(given) : region.arn(`table/${String(given)}`);

/** A creator of a table with tags, a policy or a customer's key needs the rights to those, too. */
function createTable({ operation, input }: Call, region: Region): Permission[] {
  const resource = tableArn(input.TableName, region);
  const permissions = [{ action: `dynamodb:${operation}`, resource }];
  if (Array.isArray(input.Tags) && input.Tags.length > 0)
    permissions.push({ action: 'dynamodb:TagResource', resource });
  if (input.ResourcePolicy != null) permissions.push({ action: 'dynamodb:PutResourcePolicy', resource });
  return [...permissions, ...keyUse(input.SSESpecification, region)];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html, without the logs. */
function importTable({ operation, input }: Call, region: Region): Permission[] {
  const { TableName, SSESpecification } = (input.TableCreationParameters ?? {}) as Record<string, unknown>;
  const resource = tableArn(TableName, region);
  return [{ action: `dynamodb:${operation}`, resource }, ...keyUse(SSESpecification, region)];
}

/** What DynamoDB does with the new table on the caller's behalf. */
const written = ['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'];

/**
 * A restore needs the right to what is restored, and to the new table with its items
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html, "Using IAM"). That both resources
 * are asked for says the service authorization reference.
 */
function restore({ operation, input }: Call, region: Region): Permission[] {
  const action = `dynamodb:${operation}`;
  const target = tableArn(input.TargetTableName, region);
  const source = input.BackupArn ?? input.SourceTableArn;
  return [
    { action, resource: source == null ? tableArn(input.SourceTableName, region) : String(source) },
    { action, resource: target },
    ...written.map((name) => ({ action: `dynamodb:${name}`, resource: target })),
    ...keyUse(input.SSESpecificationOverride, region),
  ];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_iam.html */
const streamUse = (arn: unknown): Permission[] => [
  { action: 'kinesis:ListStreams', resource: '*' },
  { action: 'kinesis:PutRecords', resource: String(arn) },
  { action: 'kinesis:DescribeStream', resource: String(arn) },
];

/**
 * A new replica needs the rights to make and fill it in its Region, one that goes the rights to delete it there
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2gt_IAM.html).
 */
function replicate({ input }: Call, resource: string): Permission[] {
  const there = (input.ReplicaUpdates as ReplicaUpdate[]).flatMap(({ Create, Delete }) => {
    const actions = Create ? ['CreateTable', 'CreateTableReplica', ...written] : ['DeleteTable', 'DeleteTableReplica'];
    const region = (Create ?? Delete)?.RegionName;
    if (region === undefined) return [];
    const replica = resource.replace(/^(arn:[^:]+:dynamodb:)[^:]+/, `$1${region}`);
    return actions.map((name) => ({ action: `dynamodb:${name}`, resource: replica }));
  });
  return [{ action: 'dynamodb:UpdateTable', resource }, ...there];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
function keyUse(specification: unknown, region: Region): Permission[] {
  const { KMSMasterKeyId: key } = (specification ?? {}) as { KMSMasterKeyId?: string };
  if (typeof key !== 'string') return [];
  const resource = key.startsWith('arn:') ? key : `arn:aws:kms:${region.name}:${region.account}:key/${key}`;
  const context = { 'kms:ViaService': `dynamodb.${region.name}.amazonaws.com` };
  return ['kms:DescribeKey', 'kms:CreateGrant'].map((action) => ({ action, resource, context }));
}

interface BatchPart {
  Keys?: Item[];
}
interface WriteRequest {
  PutRequest?: { Item?: Item };
  DeleteRequest?: { Key?: Item };
}

function batch(action: string, requestItems: unknown, region: Region): Permission[] {
  return Object.entries((requestItems ?? {}) as Record<string, BatchPart | WriteRequest[]>).map(([name, part]) => {
    const keyed = Array.isArray(part)
      ? part.map((request) => request?.PutRequest?.Item ?? request?.DeleteRequest?.Key)
      : part?.Keys;
    const keys = leadingKeys(region, name, Array.isArray(keyed) ? keyed : []);
    return { action, resource: tableArn(name, region), ...(keys && { context: { 'dynamodb:LeadingKeys': keys } }) };
  });
}

interface Part {
  TableName?: string;
  Key?: Item;
  Item?: Item;
}

/** Those of its parts (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html). */
function transaction(items: unknown, region: Region): Permission[] {
  const parts = (items as Record<string, Part | null>[]).flatMap((item) =>
    Object.entries(item).flatMap(([kind, part]) => (part === null ? [] : [{ kind, part }])),
  );
  return parts.map(({ kind, part }) => {
    const keys = leadingKeys(region, part.TableName, [part.Key ?? part.Item]);
    const resource = tableArn(part.TableName, region);
    return { action: `dynamodb:${kind}Item`, resource, ...(keys && { context: { 'dynamodb:LeadingKeys': keys } }) };
  });
}

/** The values of the partition key, as policies compare them; undefined when the request or the table is not there. */
function leadingKeys(region: Region, name: unknown, keyed: unknown[]): string[] | undefined {
  const table = region.tables.get(String(name).split('/').pop() ?? '');
  const hash = table?.keys[0]?.AttributeName;
  if (hash === undefined) return undefined;
  const values = keyed.map((item) => Object.values((item as Item | undefined)?.[hash] ?? {})[0]);
  return values.every((value) => typeof value === 'string') ? [...new Set(values as string[])] : undefined;
}
