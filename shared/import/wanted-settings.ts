import type { ImportRequest } from '../../events/import-request.ts';
import { withoutIndexes } from '../settings/put-back.ts';
import { isUnread, type Setting, type SettingName, type TableSettings } from '../settings/settings.ts';
import type { TableStructure } from './structure.ts';

type Target = ImportRequest['target'];

/** The settings that the new table gets, and those that it had and does not get. */
export interface WantedSettings {
  settings: TableSettings;
  notPutBack: { setting: SettingName; reason: string }[];
}

/** How a request speaks of a setting. */
interface Speech {
  setting: SettingName;
  field: keyof Target;
  /** A value of the request as the setting. */
  read?: (value: never) => Setting<unknown>;
}

const onOrOff = (value: boolean): Setting<true> => value || null;
const recovery = (value: boolean | { days: number }) => (value === true ? { days: 35 } : value || null);
const tableClass = (value: string) => (value === 'STANDARD' ? null : value);
const tags = (value: Record<string, string>) => (Object.keys(value).length === 0 ? null : value);

/** What stays within the table. Limits are part of its structure; `scaling` of the request says `asCaptured` at most. */
const inward: Speech[] = [
  { setting: 'deletionProtection', field: 'deletionProtection', read: onOrOff },
  { setting: 'tags', field: 'tags', read: tags },
  { setting: 'pointInTimeRecovery', field: 'pointInTimeRecovery', read: recovery },
  { setting: 'tableClass', field: 'tableClass', read: tableClass },
  { setting: 'contributorInsights', field: 'contributorInsights', read: (mode: string) => ({ table: mode }) },
  { setting: 'scaling', field: 'autoScaling' },
  { setting: 'stream', field: 'stream', read: (value) => value },
  { setting: 'timeToLive', field: 'timeToLive', read: (value) => value },
];

/** What acts on others or lets others in: in another account it means nothing, and beside the source it acts twice. */
const outward: SettingName[] = ['warmThroughput', 'resourcePolicy', 'kinesis', 'triggers', 'replicas', 'alarms'];

/** What the request says, else what was captured; without either, none. */
export function wantedSettings(
  target: Target,
  captured: TableSettings | undefined,
  { tableArn, structure }: { tableArn: string; structure: TableStructure },
): WantedSettings {
  const wanted: WantedSettings = { settings: { tableArn: captured?.tableArn ?? tableArn }, notPutBack: [] };
  for (const { setting, field, read } of inward) {
    const asked = target[field];
    const value =
      asked === null || asked === undefined || asked === 'asCaptured' || read === undefined
        ? asked === null
          ? null
          : (captured?.[setting] ?? null)
        : read(asked as never);
    if (isUnread(value)) wanted.notPutBack.push({ setting, reason: value.unread });
    else if (value !== null) Object.assign(wanted.settings, { [setting]: value });
  }
  for (const setting of outward) {
    const value = captured?.[setting];
    if (value === null || value === undefined || isUnread(value)) continue;
    wanted.notPutBack.push({ setting, reason: 'An import puts nothing back that acts on others; set it by hand.' });
  }
  // Said, and not left out: targets of an older table of that name would act on the new one.
  if (wanted.settings.scaling === undefined || structure.billingMode === 'PAY_PER_REQUEST') {
    wanted.settings.scaling = null;
  }
  return { ...wanted, settings: withoutIndexes(wanted.settings, indexesGone(wanted.settings, structure)) };
}

function indexesGone(settings: TableSettings, { globalIndexes }: TableStructure): string[] {
  const there = new Set(globalIndexes.map(({ name }) => name));
  const { scaling, contributorInsights } = settings;
  const named = [
    ...(scaling && !isUnread(scaling) ? scaling.flatMap(({ index }) => (index === undefined ? [] : [index])) : []),
    ...(contributorInsights && !isUnread(contributorInsights) ? Object.keys(contributorInsights.indexes ?? {}) : []),
  ];
  return [...new Set(named)].filter((name) => !there.has(name));
}
