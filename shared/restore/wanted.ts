import type { RestoreRequest } from '../../events/restore-request.ts';
import { iso } from '../clock.ts';
import { withoutIndexes } from '../settings/put-back.ts';
import { isUnread, type Setting, type SettingName, type TableSettings } from '../settings/settings.ts';
import type { Mistake } from '../task/task.ts';
import type { TableShape } from './calls.ts';
import type { Captured, Features } from './found.ts';
import { sentence } from './words.ts';

type Target = RestoreRequest['target'];
type Field = keyof Target;

/** How a request speaks of a setting. */
interface Speech {
  setting: SettingName;
  field: Field;
  /** Acts on others or lets others in: put back only when no table of the source's name lives, or when it is named. */
  isOutward: boolean;
  /** A value of the request, neither null nor `asCaptured`, as the setting. */
  read?: (value: never, captured: Setting<unknown> | undefined) => Setting<unknown>;
}

const inward = (setting: SettingName, read?: Speech['read'], field = setting as Field): Speech => ({
  setting,
  field,
  isOutward: false,
  ...(read && { read }),
});
const outward = (setting: SettingName, read?: Speech['read']): Speech => ({
  setting,
  field: setting as Field,
  isOutward: true,
  ...(read && { read }),
});

const onOrOff = (value: boolean): Setting<true> => value || null;
const recovery = (value: boolean | { days: number }, captured: Setting<unknown> | undefined) => {
  if (value === false) return null;
  if (value !== true) return value;
  return captured && !isUnread(captured) ? captured : { days: 35 };
};
const tableClass = (value: string) => (value === 'STANDARD' ? null : value);
const tags = (value: Record<string, string>) => (Object.keys(value).length === 0 ? null : value);
const someRegions = (regions: string[], captured: Setting<unknown> | undefined) => {
  const all = captured as { regions: { region: string }[] } | null;
  return all && { ...all, regions: all.regions.filter(({ region }) => regions.includes(region)) };
};

/** Every setting of TableSettings, in the order in which a person reads them. */
const speeches: Speech[] = [
  inward('deletionProtection', onOrOff),
  inward('tableClass', tableClass),
  inward('tags', tags),
  inward('pointInTimeRecovery', recovery),
  inward('onDemandLimits', undefined, 'onDemandThroughput'),
  inward('scaling', undefined, 'autoScaling'),
  inward('contributorInsights', (mode: string) => ({ table: mode })),
  outward('stream', (value) => value),
  outward('timeToLive', (value) => value),
  outward('warmThroughput'),
  outward('resourcePolicy'),
  outward('kinesis'),
  outward('triggers'),
  outward('replicas', someRegions),
  outward('alarms'),
];

/** A row of the plan: what the table had, what the new one shall have, and why that is not the same. */
export interface Column {
  setting: string;
  asBackedUp: string;
  asWanted: string;
  because?: string;
}

export interface WantedSettings {
  settings: TableSettings;
  columns: Column[];
  /** Known before anything is begun: they were never read. */
  notPutBack: { setting: SettingName; reason: string }[];
  mistakes: Mistake[];
}

interface Known {
  request: Target;
  then: TableShape;
  /** Undefined: of a SYSTEM backup nobody knows them. */
  features: Features | undefined;
  captured: Captured | undefined;
  /** A table that has the source's name. */
  lives: boolean;
  /** The billing mode that the new table will have. */
  billingMode: TableShape['billingMode'];
}

const unsaid = 'AWS does not say it of a SYSTEM backup, and the table had no other backup.';
const neverCaptured = 'The settings of this table were never captured; it was in no plan, or not yet.';

/** The settings that the new table shall have: as they were, without what the request removes, with what it changes. */
export function wantedSettings(known: Known): WantedSettings {
  const wanted: WantedSettings = {
    settings: { tableArn: known.captured?.settings.tableArn ?? known.then.arn },
    columns: [],
    notPutBack: [],
    mistakes: [],
  };
  for (const speech of speeches) want(wanted, speech, known);
  dropOrphans(wanted, known);
  return wanted;
}

function want(wanted: WantedSettings, speech: Speech, known: Known): void {
  const { setting, field, isOutward, read } = speech;
  const was = settingThen(setting, known);
  const asked = setting === 'onDemandLimits' ? limitsAsked(known) : known.request[field];
  const decided = decide();
  if (isUnread(decided.value)) {
    wanted.notPutBack.push({ setting, reason: decided.value.unread });
  } else if (decided.value !== null && decided.value !== undefined) {
    Object.assign(wanted.settings, { [setting]: decided.value });
  } else if (setting === 'scaling') {
    // Said, and not left out: targets of the old table that are left behind would act on the new one.
    wanted.settings.scaling = null;
  }
  const column = { setting, asBackedUp: shown(was), asWanted: shown(decided.value) };
  wanted.columns.push({ ...column, ...(decided.because !== undefined && { because: decided.because }) });

  function decide(): { value: Setting<unknown> | undefined; because?: string } {
    if (asked === null) return { value: null, because: 'the request removes it' };
    if (asked === undefined && isOutward && known.lives && was !== null && was !== undefined) {
      return { value: null, because: 'a table of the source’s name lives; name it in the request to have it' };
    }
    if (asked === undefined) return { value: was };
    if (asked !== 'asCaptured' && read !== undefined) {
      return { value: read(asked as never, was), because: 'the request says so' };
    }
    if (asked !== 'asCaptured') return { value: asked as Setting<unknown>, because: 'the request says so' };
    if (was === null || was === undefined || isUnread(was)) wanted.mistakes.push(notThere(speech, was, known));
    return { value: was, because: 'the request names it' };
  }
}

/** As it was: of a backup, AWS itself knows stream and TTL; everything else only who captured it. */
function settingThen(setting: SettingName, { then, features, captured }: Known): Setting<unknown> | undefined {
  if (setting === 'stream' || setting === 'timeToLive') return features ? features[setting] : { unread: unsaid };
  if (setting === 'onDemandLimits' && captured === undefined) return limitsThen(then);
  return captured === undefined ? { unread: neverCaptured } : (captured.settings[setting] ?? null);
}

function limitsThen({ limits, globalIndexes = [] }: TableShape): Setting<unknown> {
  const indexes = Object.fromEntries(
    globalIndexes.flatMap((index) => (index.limits ? [[index.name, index.limits]] : [])),
  );
  if (limits === undefined && Object.keys(indexes).length === 0) return null;
  return { ...(limits && { table: limits }), ...(Object.keys(indexes).length > 0 && { indexes }) };
}

/** Limits are asked for beside the table's and beside each index. */
function limitsAsked({ request, then, captured }: Known): unknown {
  const { onDemandThroughput: table, globalSecondaryIndexes } = request;
  const ofIndexes = (globalSecondaryIndexes ?? []).flatMap((index) =>
    typeof index === 'object' && index.onDemandThroughput ? [[index.name, index.onDemandThroughput] as const] : [],
  );
  if (table === undefined && ofIndexes.length === 0) return undefined;
  const was = settingThen('onDemandLimits', { request, then, captured } as Known) as {
    table?: unknown;
    indexes?: object;
  } | null;
  const indexes = { ...(was?.indexes ?? {}), ...Object.fromEntries(ofIndexes) };
  const own = table === undefined ? was?.table : (table ?? undefined);
  if (own === undefined && Object.keys(indexes).length === 0) return null;
  return { ...(own !== undefined && { table: own }), ...(Object.keys(indexes).length > 0 && { indexes }) };
}

/** What has nothing to stand on in the new table: an index that is left out, a stream that is off, another billing mode. */
function dropOrphans({ settings, columns, mistakes }: WantedSettings, { billingMode, request, then }: Known): void {
  const drop = (setting: SettingName, because: string) => {
    if (settings[setting] === undefined || settings[setting] === null) return;
    if (setting === 'scaling') settings.scaling = null;
    else delete settings[setting];
    const column = columns.find((other) => other.setting === setting);
    if (column) Object.assign(column, { asWanted: shown(null), because });
  };
  if (billingMode === 'PAY_PER_REQUEST') drop('scaling', 'a table on demand is not scaled');
  if (billingMode === 'PROVISIONED') drop('onDemandLimits', 'a provisioned table has no on-demand limits');
  if (settings.stream === undefined && settings.triggers !== undefined) {
    if (request.triggers === 'asCaptured') {
      mistakes.push({
        field: 'target.triggers',
        problem: 'Triggers read the stream of the table, and the new table would have none.',
        remedy: 'Set stream to "asCaptured", too, or triggers to null.',
      });
    }
    drop('triggers', 'the new table has no stream');
  }
  const dropped = indexesDropped(request, then);
  if (dropped.length > 0) Object.assign(settings, withoutIndexes(settings, dropped));
}

function indexesDropped({ globalSecondaryIndexes: kept }: Target, { globalIndexes = [] }: TableShape): string[] {
  if (kept === undefined) return [];
  const names = (kept ?? []).map((index) => (typeof index === 'string' ? index : index.name));
  return globalIndexes.map(({ name }) => name).filter((name) => !names.includes(name));
}

function notThere({ setting, field }: Speech, was: Setting<unknown> | undefined, { captured }: Known): Mistake {
  // Stream and TTL are of the source itself.
  const isRead = setting !== 'stream' && setting !== 'timeToLive' && captured !== undefined;
  const none = isRead
    ? `the table had none when its settings were read at ${iso(captured.capturedAt)}`
    : 'the table had none';
  const why = sentence(isUnread(was) ? was.unread : none);
  return {
    field: `target.${field}`,
    problem: `${setting} cannot be put back as captured: ${why}`,
    remedy: 'Leave it out, set it to null, or restore a backup whose settings have it.',
  };
}

/** Short enough for a line of a plan. */
function shown(value: Setting<unknown> | undefined): string {
  if (value === null || value === undefined) return 'none';
  if (isUnread(value)) return 'not known';
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
