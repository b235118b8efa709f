import {
  type BackupDetails,
  type BackupSummary as BackupSummaryShape,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  CreateBackupCommand,
  DeleteBackupCommand,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  DescribeBackupCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  ListBackupsCommand,
  ListImportsCommand,
  ListTablesCommand,
  type ProvisionedThroughputDescription,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { ClockCheck } from '../clock-check.ts';
import { kindOf } from '../errors.ts';
import type { BackupSummary, DynamoDb, TableDescription } from '../world.ts';
import { type ClientOptions, clientConfig } from './client.ts';
import { afterSigning, fence, slotFence } from './fence.ts';

/** For the catalog's items, patient since conditional writes may be repeated. Each answer's `Date` checks our clock. */
export function itemsOf(options: ClientOptions, region: string, clockCheck: ClockCheck): DynamoDBClient {
  const client = new DynamoDBClient(clientConfig(options, region, 5));
  client.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = clockCheck.now();
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      clockCheck.note(sentAt, headers?.date);
      return result;
    },
    { step: 'deserialize', name: 'clockCheck', priority: 'low' },
  );
  return client;
}

/** The operations that read the catalog. */
export type ItemCalls = ReturnType<typeof itemReads>;
export const itemReads = (client: DynamoDBClient) => ({
  getItem: (input: GetItemCommandInput) => client.send(new GetItemCommand(input)),
  batchGetItem: (input: BatchGetItemCommandInput) => client.send(new BatchGetItemCommand(input)),
  query: (input: QueryCommandInput) => client.send(new QueryCommand(input)),
});

/** And those that write it. */
export const itemWrites = (client: DynamoDBClient) => ({
  updateItem: (input: UpdateItemCommandInput) => client.send(new UpdateItemCommand(input)),
  putItem: (input: PutItemCommandInput) => client.send(new PutItemCommand(input)),
  deleteItem: (input: DeleteItemCommandInput) => client.send(new DeleteItemCommand(input)),
});

/**
 * A client that sends once, and one that repeats what is safe to repeat; they share sockets and credentials. What is
 * called in a slot leaves in that slot or not at all.
 */
export function clientsOf(options: ClientOptions, region: string): { once: DynamoDBClient; patient: DynamoDBClient } {
  const once = new DynamoDBClient(clientConfig(options, region, 1));
  const patient = new DynamoDBClient({
    ...clientConfig(options, region, 4),
    requestHandler: once.config.requestHandler,
    credentials: once.config.credentials,
  });
  for (const { middlewareStack } of [once, patient]) middlewareStack.addRelativeTo(slotFence, afterSigning);
  return { once, patient };
}

/** DynamoDB's tables and backups in one Region, with the rights of the credentials. */
export function dynamoDbOf(options: ClientOptions, region: string): DynamoDb {
  const { once, patient } = clientsOf(options, region);

  return {
    async listTables(after) {
      const { TableNames = [], LastEvaluatedTableName: next } = await patient.send(
        new ListTablesCommand({ ExclusiveStartTableName: after }),
      );
      return { names: TableNames, ...(next !== undefined && { next }) };
    },

    async describeTable(name) {
      const { Table = {} } = await patient.send(new DescribeTableCommand({ TableName: name }));
      return {
        name: Table.TableName ?? name,
        id: Table.TableId ?? '',
        arn: Table.TableArn ?? '',
        status: Table.TableStatus ?? '',
        isBeingRestored: Table.TableStatus === 'CREATING' && Table.RestoreSummary?.RestoreInProgress === true,
        createdAt: Table.CreationDateTime?.getTime() ?? 0,
        sizeBytes: Table.TableSizeBytes ?? 0,
        itemCount: Table.ItemCount ?? 0,
        ...(Table.ProvisionedThroughput && { capacity: capacityOf(Table.ProvisionedThroughput) }),
        ...(Table.SSEDescription?.KMSMasterKeyArn && { keyArn: Table.SSEDescription.KMSMasterKeyArn }),
      } satisfies TableDescription;
    },

    async isBeingImported(tableArn) {
      const { ImportSummaryList = [] } = await patient.send(new ListImportsCommand({ TableArn: tableArn }));
      return ImportSummaryList.some(({ ImportStatus }) => ImportStatus === 'IN_PROGRESS');
    },

    async createBackup(tableName, backupName, notAfter) {
      const command = new CreateBackupCommand({ TableName: tableName, BackupName: backupName });
      command.middlewareStack.addRelativeTo(fence(notAfter), afterSigning);
      const { BackupDetails } = await once.send(command);
      return { backupArn: BackupDetails?.BackupArn ?? '', createdAt: createdAt(BackupDetails) };
    },

    async listBackups({ from, until, after, tableName }) {
      const { BackupSummaries = [], LastEvaluatedBackupArn: next } = await once.send(
        new ListBackupsCommand({
          TimeRangeLowerBound: new Date(from),
          TimeRangeUpperBound: new Date(until),
          ExclusiveStartBackupArn: after,
          TableName: tableName,
        }),
      );
      return { backups: BackupSummaries.map(summaryOf), ...(next !== undefined && { next }) };
    },

    async describeBackup(backupArn) {
      const found = await unlessGone(once.send(new DescribeBackupCommand({ BackupArn: backupArn })));
      const { BackupDetails: details, SourceTableDetails: table } = found?.BackupDescription ?? {};
      return found && summaryOf({ ...details, TableName: table?.TableName, TableId: table?.TableId });
    },

    async deleteBackup(backupArn, notAfter) {
      const command = new DeleteBackupCommand({ BackupArn: backupArn });
      command.middlewareStack.addRelativeTo(fence(notAfter), afterSigning);
      await once.send(command);
    },
  };
}

const capacityOf = ({
  ReadCapacityUnits: read = 0,
  WriteCapacityUnits: write = 0,
}: ProvisionedThroughputDescription) => ({
  read,
  write,
});

const createdAt = (details: BackupDetails | BackupSummaryShape | undefined): number =>
  details?.BackupCreationDateTime?.getTime() ?? 0;

function summaryOf(shape: BackupSummaryShape): BackupSummary {
  return {
    backupArn: shape.BackupArn ?? '',
    backupName: shape.BackupName ?? '',
    tableName: shape.TableName ?? '',
    tableId: shape.TableId ?? '',
    status: shape.BackupStatus ?? 'CREATING',
    createdAt: createdAt(shape),
    ...(shape.BackupSizeBytes !== undefined && { sizeBytes: shape.BackupSizeBytes }),
  };
}

/** Undefined when AWS says that there is no such thing. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (kindOf(error) === 'gone') return undefined;
    throw error;
  }
}
