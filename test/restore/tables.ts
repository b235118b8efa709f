import { type RestoreHere, type RestoreOptions, restoreHere } from './here.ts';

/** A table with items, ready to be backed up. */
export async function withItems(here: RestoreHere, name: string, items = 3, more: Record<string, unknown> = {}) {
  await here.createTable(name, more);
  await here.clock.run(here.clock.now() + 10_000);
  await here.putItems(name, items);
}

export async function deleteTable(here: RestoreHere, TableName: string): Promise<void> {
  await here.call('DeleteTable', { TableName });
  await here.clock.run(here.clock.now() + 10_000);
}

interface Described {
  Table: { TableId: string; TableStatus: string; TableArn: string } & Record<string, unknown>;
}

export const describeTable = async (here: RestoreHere, TableName: string) =>
  (await here.call<Described>('DescribeTable', { TableName })).Table;

export async function itemsOf(here: RestoreHere, TableName: string): Promise<number> {
  const { Count } = await here.done(here.call<{ Count: number }>('Scan', { TableName, Select: 'COUNT' }));
  return Count;
}

/** Names of all tables but the catalog. */
export async function tablesOf(here: RestoreHere, region = 'us-east-1'): Promise<string[]> {
  const { TableNames } = await here.call<{ TableNames: string[] }>('ListTables', {}, { region });
  return TableNames.filter((name) => !name.startsWith('tablekeep-'));
}

export const switchOnRecovery = async (here: RestoreHere, TableName: string) => {
  await here.call('UpdateContinuousBackups', {
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
};

const index = (IndexName: string) => ({
  IndexName,
  KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
});
const withIndex = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'kind', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [index('by-kind')],
};

let open: RestoreHere | undefined;

/** A table orders with an index, an item and a backup; closed by `close`. */
export async function ordersBackedUp(options: RestoreOptions = {}) {
  const here = await restoreHere(options);
  open = here;
  await withItems(here, 'orders', 1, withIndex);
  const backupArn = await here.backUp('orders');
  here.calls.length = 0;
  return { aws: here, backupArn, source: { backupArn } };
}

export function close(): void {
  open?.close();
  open = undefined;
}

/** Calls that change something. */
export const changes = (aws: RestoreHere) => aws.calls.filter((name) => !/^(Describe|List|Get|Query|Scan)/.test(name));
