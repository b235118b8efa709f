import type { RestoreHere } from './here.ts';

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
