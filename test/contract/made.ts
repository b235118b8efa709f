import { randomBytes } from 'node:crypto';
import type { BackupDetails, CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { dynamodb } from './endpoint.ts';
import { eventually } from './rule.ts';

/** Nobody else's: every name begins with it, so that what a broken run left behind can be found. */
export const newName = (): string => `tablekeep-contract-${randomBytes(5).toString('hex')}`;

const undo: (() => Promise<unknown>)[] = [];

/** `act` is done when the file has ended, last first, whatever happened before; tried until it works or the thing is gone. */
export function afterwards(act: () => Promise<unknown>): void {
  undo.push(act);
}

const gone = /NotFound|NonExistent|DoesNotExist/;

afterAll(async () => {
  for (const act of undo.reverse()) {
    await eventually(
      () => act().catch((error: Error) => (gone.test(error.name) ? undefined : Promise.reject(error))),
      () => true,
    );
  }
}, 900_000);

type TableOptions = Partial<CreateTableCommandInput>;

/** Asks for a table with the string key `id`, on demand, and has it deleted in the end. */
export async function createTable(options: TableOptions = {}): Promise<TableDescription> {
  const TableName = options.TableName ?? newName();
  const { TableDescription } = await dynamodb.createTable({
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...options,
  });
  deleteLater(TableName);
  return TableDescription ?? {};
}

/** Has a table deleted in the end that came about in another way than by `createTable`. */
export const deleteLater = (name: string): void => afterwards(() => unprotectAndDelete(name));

async function unprotectAndDelete(TableName: string): Promise<void> {
  const { Table } = await dynamodb.describeTable({ TableName });
  if (Table?.DeletionProtectionEnabled) await dynamodb.updateTable({ TableName, DeletionProtectionEnabled: false });
  await dynamodb.deleteTable({ TableName });
}

/** A table that is ACTIVE. */
export async function makeTable(options: TableOptions = {}): Promise<{ name: string; arn: string; id: string }> {
  const { TableName: name = '' } = await createTable(options);
  const table = await tableWithStatus(name, 'ACTIVE');
  return { name, arn: table.TableArn ?? '', id: table.TableId ?? '' };
}

export async function tableWithStatus(name: string, status: string): Promise<TableDescription> {
  const { Table } = await eventually(
    () => dynamodb.describeTable({ TableName: name }),
    (seen) => seen.Table?.TableStatus === status,
  );
  return Table ?? {};
}

/** Deletes a table and waits until its name is free. */
export async function dropTable(name: string): Promise<void> {
  await eventually(
    () => dynamodb.deleteTable({ TableName: name }),
    () => true,
  );
  await eventually(
    () => dynamodb.describeTable({ TableName: name }).catch((error: Error) => error.name),
    (seen) => seen === 'ResourceNotFoundException',
  );
}

/** Asks for a backup, which is CREATING then; a table that is too young for one is given time. */
export async function createBackup(table: string, name = newName()): Promise<BackupDetails & { BackupArn: string }> {
  const { BackupDetails } = await eventually(
    () => dynamodb.createBackup({ TableName: table, BackupName: name }),
    () => true,
  );
  const BackupArn = BackupDetails?.BackupArn ?? '';
  afterwards(() => dynamodb.deleteBackup({ BackupArn }));
  return { ...(BackupDetails as BackupDetails), BackupArn };
}

export async function whenAvailable(arn: string): Promise<BackupDetails> {
  const { BackupDescription } = await eventually(
    () => dynamodb.describeBackup({ BackupArn: arn }),
    (seen) => seen.BackupDescription?.BackupDetails?.BackupStatus === 'AVAILABLE',
  );
  return BackupDescription?.BackupDetails as BackupDetails;
}

/** A backup that is AVAILABLE; its ARN. */
export async function makeBackup(table: string, name = newName()): Promise<string> {
  const { BackupArn } = await createBackup(table, name);
  await whenAvailable(BackupArn);
  return BackupArn;
}
