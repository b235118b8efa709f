import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { MetricAlarm } from '../aws/cloudwatch.ts';
import { errorText, kindOf } from '../errors.ts';
import type { Target } from '../target.ts';
import type { Capability, World } from '../world.ts';
import { settingsFromTable } from './from-table.ts';
import { type Reading, readers } from './readers.ts';
import type { SettingName, TableSettings } from './settings.ts';

/** What DescribeBackup keeps for the time of the backup, so that nobody need read it beside one. */
export const keptByBackup: SettingName[] = ['stream', 'timeToLive'];

export interface ReadOptions {
  /** Left out of the reading. */
  except?: SettingName[];
  /** Only these are read; DescribeTable is called anyway. */
  only?: SettingName[];
  /** What passes (a throttle, a lost connection, an old session) is thrown, for whoever can come again. */
  isPassingThrown?: boolean;
  /** Known already. */
  table?: TableDescription;
  alarms?: Reading['alarms'];
  paced?: Reading['paced'];
}

/** A table and its settings as they are now. */
export interface ReadSettings {
  settings: TableSettings;
  tableId: string;
}

/**
 * Reads the settings of a table; what cannot be read says why and costs nothing else.
 * Throws only when there is no such table, it cannot be described, or as `isPassingThrown` says.
 */
export async function readSettings(
  world: World,
  target: Target,
  capability: Capability,
  tableName: string,
  options: ReadOptions = {},
): Promise<ReadSettings> {
  const { except = [], only } = options;
  const api = world.settingsApi(target, capability);
  const table = options.table ?? (await describe(world, target, capability, tableName));
  const reading: Reading = {
    api,
    table,
    name: tableName,
    arn: table.TableArn ?? '',
    alarms: options.alarms ?? onceEach(() => api.alarms.metricAlarms()),
    paced: options.paced ?? inSlots(world, target),
  };
  const isWanted = (name: SettingName) => !except.includes(name) && (only?.includes(name) ?? true);
  const settings: Record<string, unknown> = { tableArn: reading.arn };
  for (const [name, value] of Object.entries(settingsFromTable(table))) {
    if (isWanted(name as SettingName)) settings[name] = value;
  }
  // One after another: a reading that nobody waits for must not be a burst.
  for (const [name, read] of Object.entries(readers)) {
    if (isWanted(name as SettingName)) settings[name] = await orUnread(read(reading), options.isPassingThrown);
  }
  return { settings: settings as unknown as TableSettings, tableId: table.TableId ?? '' };
}

export async function describe(
  world: World,
  target: Target,
  capability: Capability,
  tableName: string,
): Promise<TableDescription> {
  const { Table = {} } = await world.settingsApi(target, capability).table.describeTable({ TableName: tableName });
  return Table;
}

const orUnread = (reading: Promise<unknown>, isPassingThrown = false) =>
  reading.catch((error: unknown) => {
    if (isPassingThrown && !/^(refused|gone)$/.test(kindOf(error))) throw error;
    return { unread: errorText(error) };
  });

/** What a person waits for takes slots one by one. */
function inSlots(world: World, target: Target): Reading['paced'] {
  return async (operation, call) => {
    const answer = await world.quotas.pace(target, operation, call, { horizonMs: 3000 });
    if (answer === undefined) throw new Error(`There was no slot for ${operation}.`);
    return answer;
  };
}

/** The first call's answer for all. */
export function onceEach(read: () => Promise<MetricAlarm[]>): () => Promise<MetricAlarm[]> {
  let first: Promise<MetricAlarm[]> | undefined;
  return () => {
    first ??= read();
    return first;
  };
}
