import {
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  type GlobalSecondaryIndexDescription,
  type GlobalSecondaryIndexInfo,
  ListBackupsCommand,
  type LocalSecondaryIndexDescription,
  type OnDemandThroughput,
  type ProvisionedThroughput,
  RestoreTableFromBackupCommand,
  type RestoreTableFromBackupCommandInput,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeCommandInput,
  ScanCommand,
  type SourceTableDetails,
  type SourceTableFeatureDetails,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type {
  IndexShape,
  ItemKey,
  KeyElement,
  Limits,
  ListedBackup,
  LivingTable,
  Projection,
  RestoreCalls,
  TableShape,
  Throughput,
} from '../restore/calls.ts';
import type { ClientOptions } from './client.ts';
import { clientsOf, unlessGone } from './dynamodb.ts';
import { fence } from './fence.ts';

/** What a restore calls in one Region, with the rights of the credentials. */
export function restoreCallsOf(options: ClientOptions, region: string): RestoreCalls {
  const { once, patient } = clientsOf(options, region);

  return {
    async describeTable(name) {
      const found = await unlessGone(patient.send(new DescribeTableCommand({ TableName: name })));
      return found?.Table && livingTable(found.Table);
    },

    async timeToLiveOf(name) {
      const found = await unlessGone(patient.send(new DescribeTimeToLiveCommand({ TableName: name })));
      const { TimeToLiveStatus: status, AttributeName: attribute } = found?.TimeToLiveDescription ?? {};
      return attribute !== undefined && /^ENABL/.test(status ?? '') ? { attribute } : undefined;
    },

    async describeBackup(backupArn) {
      const found = await unlessGone(once.send(new DescribeBackupCommand({ BackupArn: backupArn })));
      if (found?.BackupDescription === undefined) return undefined;
      const { BackupDetails, SourceTableDetails, SourceTableFeatureDetails } = found.BackupDescription;
      const table = tableThen(SourceTableDetails, SourceTableFeatureDetails, BackupDetails?.BackupType === 'SYSTEM');
      return { ...listed({ ...BackupDetails, TableName: table.name, TableId: table.id }), table };
    },

    async listBackups(tableName, after) {
      const { BackupSummaries = [], LastEvaluatedBackupArn: next } = await once.send(
        new ListBackupsCommand({ TableName: tableName, BackupType: 'ALL', ExclusiveStartBackupArn: after }),
      );
      return { backups: BackupSummaries.map(listed), ...(next !== undefined && { next }) };
    },

    async recoveryWindow(name) {
      const { ContinuousBackupsDescription } = await once.send(
        new DescribeContinuousBackupsCommand({ TableName: name }),
      );
      const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
      const [earliest, latest] = [recovery?.EarliestRestorableDateTime, recovery?.LatestRestorableDateTime];
      if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED' || !earliest || !latest) return undefined;
      return { earliest: earliest.getTime(), latest: latest.getTime() };
    },

    async start(call, notAfter) {
      const beforeItLeaves = { relation: 'after', toMiddleware: 'httpSigningMiddleware', name: 'fence' } as const;
      if (call.operation === 'RestoreTableFromBackup') {
        const command = new RestoreTableFromBackupCommand(call.input as RestoreTableFromBackupCommandInput);
        command.middlewareStack.addRelativeTo(fence(notAfter), beforeItLeaves);
        return made((await once.send(command)).TableDescription);
      }
      const input = { ...call.input, RestoreDateTime: new Date(call.at) } as RestoreTableToPointInTimeCommandInput;
      const command = new RestoreTableToPointInTimeCommand(input);
      command.middlewareStack.addRelativeTo(fence(notAfter), beforeItLeaves);
      return made((await once.send(command)).TableDescription);
    },

    async hasItem(table, key) {
      const names = Object.keys(key);
      const { Item } = await patient.send(
        new GetItemCommand({
          TableName: table,
          Key: wire(key),
          ConsistentRead: true,
          ProjectionExpression: names.map((_, index) => `#${index}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
        }),
      );
      return Item !== undefined;
    },

    async countPage(table, { of, number, after }) {
      const {
        Count = 0,
        LastEvaluatedKey: next,
        ConsumedCapacity,
      } = await patient.send(
        new ScanCommand({
          TableName: table,
          Select: 'COUNT',
          TotalSegments: of,
          Segment: number,
          ExclusiveStartKey: after && wire(after),
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      const units = ConsumedCapacity?.CapacityUnits ?? 0;
      return { items: Count, units, ...(next && { next: plain(next as never) }) };
    },
  };
}

type Typed = { S: string } | { N: string } | { B: Uint8Array };

/** Binary values are Base64 in JSON. */
const wire = (key: ItemKey): Record<string, Typed> =>
  Object.fromEntries(
    Object.entries(key).map(([name, value]) => [
      name,
      'B' in value ? { B: Uint8Array.from(Buffer.from(value.B, 'base64')) } : value,
    ]),
  );

const plain = (key: Record<string, Typed>): ItemKey =>
  Object.fromEntries(
    Object.entries(key).map(([name, value]) => [
      name,
      'B' in value ? { B: Buffer.from(value.B).toString('base64') } : value,
    ]),
  );

const made = (table: TableDescription | undefined) => ({
  tableId: table?.TableId ?? '',
  createdAt: table?.CreationDateTime?.getTime() ?? 0,
});

interface Listed {
  BackupArn?: string | undefined;
  BackupName?: string | undefined;
  TableName?: string | undefined;
  TableId?: string | undefined;
  BackupType?: string | undefined;
  BackupStatus?: string | undefined;
  BackupCreationDateTime?: Date | undefined;
}

const listed = (shape: Listed): ListedBackup => ({
  backupArn: shape.BackupArn ?? '',
  backupName: shape.BackupName ?? '',
  tableName: shape.TableName ?? '',
  tableId: shape.TableId ?? '',
  type: (shape.BackupType ?? 'USER') as ListedBackup['type'],
  status: shape.BackupStatus ?? 'CREATING',
  createdAt: shape.BackupCreationDateTime?.getTime() ?? 0,
});

function livingTable(table: TableDescription): LivingTable {
  const summary = table.RestoreSummary;
  const limits = limitsOf(table.OnDemandThroughput);
  return {
    name: table.TableName ?? '',
    id: table.TableId ?? '',
    arn: table.TableArn ?? '',
    createdAt: table.CreationDateTime?.getTime() ?? 0,
    status: table.TableStatus ?? '',
    keys: (table.KeySchema ?? []) as KeyElement[],
    billingMode: table.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    throughput: throughputOf(table.ProvisionedThroughput),
    ...(limits && { limits }),
    globalIndexes: (table.GlobalSecondaryIndexes ?? []).map(indexOf),
    localIndexes: (table.LocalSecondaryIndexes ?? []).map(indexOf),
    ...(table.SSEDescription?.KMSMasterKeyArn && { keyArn: table.SSEDescription.KMSMasterKeyArn }),
    ...(table.StreamSpecification?.StreamEnabled && {
      stream: { viewType: table.StreamSpecification.StreamViewType ?? '' },
      ...(table.LatestStreamArn !== undefined && { streamArn: table.LatestStreamArn }),
    }),
    sizeBytes: table.TableSizeBytes ?? 0,
    itemCount: table.ItemCount ?? 0,
    ...(summary && {
      restoredFrom: {
        ...(summary.SourceBackupArn !== undefined && { backupArn: summary.SourceBackupArn }),
        ...(summary.SourceTableArn !== undefined && { tableArn: summary.SourceTableArn }),
        at: summary.RestoreDateTime?.getTime() ?? 0,
      },
    }),
  };
}

/** A SYSTEM backup does not say which features its table had. */
function tableThen(
  details: SourceTableDetails | undefined,
  features: SourceTableFeatureDetails | undefined,
  isSystem: boolean,
): TableShape {
  const stream = features?.StreamDescription;
  const timeToLive = features?.TimeToLiveDescription;
  const limits = limitsOf(details?.OnDemandThroughput);
  return {
    name: details?.TableName ?? '',
    id: details?.TableId ?? '',
    arn: details?.TableArn ?? '',
    createdAt: details?.TableCreationDateTime?.getTime() ?? 0,
    keys: (details?.KeySchema ?? []) as KeyElement[],
    billingMode: details?.BillingMode ?? 'PROVISIONED',
    throughput: throughputOf(details?.ProvisionedThroughput),
    ...(limits && { limits }),
    ...(!isSystem && {
      globalIndexes: (features?.GlobalSecondaryIndexes ?? []).map(indexOf),
      localIndexes: (features?.LocalSecondaryIndexes ?? []).map(indexOf),
    }),
    ...(features?.SSEDescription?.KMSMasterKeyArn && { keyArn: features.SSEDescription.KMSMasterKeyArn }),
    ...(stream?.StreamEnabled && { stream: { viewType: stream.StreamViewType ?? '' } }),
    ...(/^ENABL/.test(timeToLive?.TimeToLiveStatus ?? '') &&
      timeToLive?.AttributeName && { timeToLive: { attribute: timeToLive.AttributeName } }),
    sizeBytes: details?.TableSizeBytes ?? 0,
    itemCount: details?.ItemCount ?? 0,
  };
}

function indexOf(
  index: GlobalSecondaryIndexInfo | GlobalSecondaryIndexDescription | LocalSecondaryIndexDescription,
): IndexShape {
  const throughput = 'ProvisionedThroughput' in index ? throughputOf(index.ProvisionedThroughput) : undefined;
  const limits = 'OnDemandThroughput' in index ? limitsOf(index.OnDemandThroughput) : undefined;
  return {
    name: index.IndexName ?? '',
    keys: (index.KeySchema ?? []) as KeyElement[],
    projection: (index.Projection ?? {}) as Projection,
    ...(throughput && { throughput }),
    ...(limits && { limits }),
  };
}

const throughputOf = (throughput: Partial<ProvisionedThroughput> | undefined): Throughput => ({
  read: throughput?.ReadCapacityUnits ?? 0,
  write: throughput?.WriteCapacityUnits ?? 0,
});

/** -1 is AWS's word for none. */
function limitsOf(limits: OnDemandThroughput | undefined): Limits | undefined {
  const { MaxReadRequestUnits: read = -1, MaxWriteRequestUnits: write = -1 } = limits ?? {};
  if (read < 0 && write < 0) return undefined;
  return { ...(read >= 0 && { read }), ...(write >= 0 && { write }) };
}
