import {
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  type RestoreTableFromBackupCommandInput,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeCommandInput,
  ScanCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { ItemKey, ListedBackup, RestoreCalls } from '../restore/calls.ts';
import type { ClientOptions } from './client.ts';
import { clientsOf, unlessGone } from './dynamodb.ts';
import { fence } from './fence.ts';
import { livingTable, tableThen } from './table-shape.ts';

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
      const sizeBytes = BackupDetails?.BackupSizeBytes ?? SourceTableDetails?.TableSizeBytes;
      const itemCount = SourceTableDetails?.ItemCount;
      return {
        ...listed({ ...BackupDetails, TableName: table.name, TableId: table.id }),
        ...(sizeBytes !== undefined && { sizeBytes }),
        ...(itemCount !== undefined && { itemCount }),
        table,
      };
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
