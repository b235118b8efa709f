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
];

/** Only as the request says. */
const onRequest: (Speech & { reason: string })[] = [
  {
    setting: 'stream',
    field: 'stream',
    read: (value) => value,
    reason: 'Whoever reads streams is not asked; name it in the request to have it.',
  },
  {
    setting: 'timeToLive',
    field: 'timeToLive',
    read: (value) => value,
    reason: 'DynamoDB would delete items whose time has passed since; name it in the request to have it.',
  },
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
  for (const speech of inward) {
    const value = said(speech, target);
    want(wanted, speech.setting, value === undefined ? (captured?.[speech.setting] ?? null) : value);
  }
  for (const { reason, ...speech } of onRequest) {
    const value = said(speech, target);
    if (value === undefined) leave(wanted, speech.setting, captured, reason);
    else want(wanted, speech.setting, value);
  }
  for (const setting of outward) {
    leave(wanted, setting, captured, 'An import puts nothing back that acts on others; set it by hand.');
  }
  // Said, and not left out: targets of an older table of that name would act on the new one.
  if (wanted.settings.scaling === undefined || structure.billingMode === 'PAY_PER_REQUEST') {
    wanted.settings.scaling = null;
  }
  return { ...wanted, settings: withoutIndexes(wanted.settings, indexesGone(wanted.settings, structure)) };
}

/** Undefined where the request says nothing of its own; null is none. */
function said({ field, read }: Speech, target: Target): Setting<unknown> | undefined {
  const asked = target[field];
  if (asked === null) return null;
  if (asked === undefined || asked === 'asCaptured' || read === undefined) return undefined;
  return read(asked as never);
}

function want({ settings, notPutBack }: WantedSettings, setting: SettingName, value: Setting<unknown>): void {
  if (isUnread(value)) notPutBack.push({ setting, reason: value.unread });
  else if (value !== null) Object.assign(settings, { [setting]: value });
}

/** What the table had and the new one does not get is named. */
function leave(
  { notPutBack }: WantedSettings,
  setting: SettingName,
  captured: TableSettings | undefined,
  reason: string,
): void {
  const value = captured?.[setting];
  if (value !== null && value !== undefined && !isUnread(value)) notPutBack.push({ setting, reason });
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
