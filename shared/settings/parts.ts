import { isUnread, type PerIndex, type SettingName, type TableSettings } from './settings.ts';

/** One thing that can be put back, or fail to be, on its own: a tag set, one trigger, the scaling of one index. */
export interface Part {
  setting: SettingName;
  /** Which of several; absent where a setting has only one. */
  of?: string;
  value: unknown;
}

type Values = { [Name in SettingName]: Exclude<NonNullable<TableSettings[Name]>, { unread: string }> };

const whole = (value: unknown): [string, unknown][] => [['', value]];

const perIndex = <Value>({ table, indexes = {} }: PerIndex<Value>): [string, unknown][] => [
  ...(table === undefined ? [] : [['table', table] as [string, unknown]]),
  ...Object.entries(indexes).map(([index, value]): [string, unknown] => [`index ${index}`, value]),
];

/** What a setting falls into: names and values. */
const partsOfSetting: { [Name in SettingName]: (value: Values[Name], table: string) => [string, unknown][] } = {
  deletionProtection: whole,
  tableClass: whole,
  tags: whole,
  pointInTimeRecovery: whole,
  onDemandLimits: perIndex,
  contributorInsights: perIndex,
  scaling: (all) =>
    all.map((one) => [`${one.index === undefined ? 'table' : `index ${one.index}`}, ${one.dimension}`, one]),
  stream: whole,
  warmThroughput: perIndex,
  resourcePolicy: ({ document }) => whole(parsed(document)),
  replicas: ({ regions, mode, witnessRegion }) => [
    ...regions.map((replica): [string, unknown] => [replica.region, { ...replica, mode }]),
    ...(witnessRegion === undefined ? [] : [[`witness ${witnessRegion}`, mode] as [string, unknown]]),
  ],
  kinesis: (destinations) => destinations.map((destination) => [destination.streamArn, destination]),
  triggers: (triggers) => triggers.map((trigger) => [trigger.functionArn, trigger]),
  alarms: (alarms, table) => alarms.map((alarm) => [alarmBaseName(alarm.name, table), alarm.definition]),
  timeToLive: whole,
};

/** A policy is the same in whatever order and layout. */
function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return document;
  }
}

/** Every part that the settings have; nothing of what is none or unread. */
export function partsOf(settings: TableSettings): Part[] {
  const { name: table } = tableOfArn(settings.tableArn);
  return Object.entries(partsOfSetting).flatMap(([name, split]) => {
    const setting = name as SettingName;
    const value = settings[setting];
    if (value === undefined || value === null || isUnread(value)) return [];
    return (split as (value: unknown, table: string) => [string, unknown][])(value, table).map(([of, part]) => ({
      setting,
      ...(of !== '' && { of }),
      value: part,
    }));
  });
}

const arnPattern = /^arn:[\w-]+:dynamodb:([\w-]*):(\d*):table\/([^/]+)/;

/** What the table's own ARN says. */
export function tableOfArn(tableArn: string): { region: string; account: string; name: string } {
  const [, region = '', account = '', name = ''] = arnPattern.exec(tableArn) ?? [];
  return { region, account, name };
}

/** An alarm's name without that of its table at the end. */
function alarmBaseName(name: string, table: string): string {
  return name.endsWith(`-${table}`) ? name.slice(0, -table.length - 1) : name;
}

/** Names of alarms are unique in a Region: that of another table's copy ends with the other table's name. */
export function alarmNameFor(name: string, fromTable: string, toTable: string): string {
  return fromTable === toTable ? name : `${alarmBaseName(name, fromTable)}-${toTable}`;
}

/**
 * JSON in which one table's ARN and its stream's, and its name where CloudWatch's dimensions have it, stand in the
 * place of another's. The name alone is never exchanged: it may be part of any other word.
 */
export function renamed(json: string, fromArn: string, toArn: string, toStreamArn = `${toArn}/stream/*`): string {
  const from = tableOfArn(fromArn).name;
  const to = tableOfArn(toArn).name || toArn;
  return json
    .replaceAll(new RegExp(`${escaped(fromArn)}/stream/[^"/*\\\\]+`, 'g'), () => toStreamArn)
    .replaceAll(new RegExp(`${escaped(fromArn)}(?=["/*\\\\])`, 'g'), () => toArn)
    .replaceAll(`{"Name":"TableName","Value":"${from}"}`, `{"Name":"TableName","Value":"${to}"}`);
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
