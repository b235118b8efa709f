import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { errorText, kindOf } from '../errors.ts';
import type { Target } from '../target.ts';
import type { Capability, World } from '../world.ts';
import { canonicalJson } from './canonical.ts';
import { difference, type Row } from './compare.ts';
import { partsOf, renamed, tableOfArn } from './parts.ts';
import { CannotPutBack, type Put } from './putting.ts';
import { describe, readSettings } from './read.ts';
import { liveStream } from './readers.ts';
import { isUnread, type SettingName, type TableSettings } from './settings.ts';
import { type Step, steps, timeToLiveRestMs } from './steps.ts';

/** `later`: not yet, look again at `retryAt`. `refused`: not, and trying again does not help; the sentence says why. */
export interface StepResult {
  setting: SettingName;
  isOutward: boolean;
  state: 'done' | 'already' | 'refused' | 'later';
  sentence: string;
  /** Epoch ms. */
  retryAt?: number;
}

export interface PutBackOptions {
  /** Only these, in our order; all that are wanted or unread when absent. */
  which?: SettingName[];
  /** The table that is meant: another one of that name is not touched. */
  tableId?: string;
  /** With whose rights; `restore` by default. */
  capability?: Capability;
}

/** What may be put back, in order. Settings that are none have no step, but for targets of scaling that were left behind. */
export function stepsOf(wanted: TableSettings): Pick<Step, 'setting' | 'isOutward' | 'switchedBy'>[] {
  const present = new Set(partsOf(wanted).map(({ setting }) => setting));
  return steps.filter(
    ({ setting }) =>
      present.has(setting) || isUnread(wanted[setting]) || (setting === 'scaling' && wanted.scaling === null),
  );
}

/** Without what belongs to indexes that the table does not have any more. */
export function withoutIndexes(wanted: TableSettings, dropped: string[]): TableSettings {
  const kept = { ...wanted };
  for (const name of ['onDemandLimits', 'contributorInsights', 'warmThroughput'] as const) {
    const value = kept[name];
    if (!value || isUnread(value) || value.indexes === undefined) continue;
    const indexes = Object.fromEntries(Object.entries(value.indexes).filter(([index]) => !dropped.includes(index)));
    Object.assign(kept, { [name]: { ...value, indexes } });
  }
  if (kept.scaling && !isUnread(kept.scaling)) {
    kept.scaling = kept.scaling.filter(({ index }) => index === undefined || !dropped.includes(index));
  }
  return kept;
}

/**
 * Makes a table's settings as they are wanted, one step after another: looks first and changes what differs, so it may
 * be killed and called again. What one step is refused does not stop the others.
 */
export async function putBack(
  world: World,
  target: Target,
  tableName: string,
  wanted: TableSettings,
  { which, tableId, capability = 'restore' }: PutBackOptions = {},
): Promise<StepResult[]> {
  const names = which ?? stepsOf(wanted).map(({ setting }) => setting);
  const results: StepResult[] = [];
  for (const step of steps.filter(({ setting }) => names.includes(setting))) {
    const { setting, isOutward } = step;
    const ended = await putBackStep(world, target, tableName, wanted, step, { tableId, capability });
    results.push({ setting, isOutward, ...ended });
  }
  return results;
}

type Ended = Omit<StepResult, 'setting' | 'isOutward'>;

/** Steps that change the table wait for the one before. */
const activeWithinMs = 30_000;
const lookMs = 2000;
const restMs = 30_000;

async function putBackStep(
  world: World,
  target: Target,
  tableName: string,
  wanted: TableSettings,
  step: Step,
  { tableId, capability }: { tableId: string | undefined; capability: Capability },
): Promise<Ended> {
  const { setting } = step;
  const value = wanted[setting];
  if (isUnread(value)) {
    return { state: 'refused', sentence: `${setting} could not be read when it was captured: ${value.unread}` };
  }
  try {
    const table = await activeTable(world, target, tableName, capability);
    if (table === undefined) return later(world, restMs, `${tableName} is being changed; ${setting} comes after that.`);
    if (tableId !== undefined && table.TableId !== tableId) {
      return {
        state: 'refused',
        sentence: `${tableName} is another table now (${table.TableId}); nothing was changed.`,
      };
    }
    const rows = await rowsOf(world, target, tableName, table, wanted, setting, capability);
    if (rows.length === 0) return { state: 'already', sentence: `${setting} is as it should be.` };
    const put = await step.put({
      api: world.settingsApi(target, capability),
      ...{ table, name: tableName, arn: table.TableArn ?? '', rows: inItsWords(rows, wanted.tableArn, table) },
      wanted: inItsWords(wanted, wanted.tableArn, table),
      sourceName: tableOfArn(wanted.tableArn).name,
    });
    return endedBy(world, setting, put);
  } catch (error) {
    return endedByError(world, target, step, error, capability);
  }
}

/** Undefined when it is not ACTIVE within half a minute. */
async function activeTable(
  world: World,
  target: Target,
  tableName: string,
  capability: Capability,
): Promise<TableDescription | undefined> {
  const until = world.clock.now() + activeWithinMs;
  for (;;) {
    const table = await describe(world, target, capability, tableName);
    if (table.TableStatus === 'ACTIVE') return table;
    if (world.clock.now() >= until) return undefined;
    await world.clock.sleep(lookMs);
  }
}

/** What differs; what is there and not wanted counts only where it would go on acting. */
async function rowsOf(
  world: World,
  target: Target,
  tableName: string,
  table: TableDescription,
  wanted: TableSettings,
  setting: SettingName,
  capability: Capability,
): Promise<Row[]> {
  const options = { table, only: [setting], isPassingThrown: true };
  const { settings: found } = await readSettings(world, target, capability, tableName, options);
  const foundValue = found[setting];
  if (isUnread(foundValue)) throw new CannotPutBack(`${setting} of ${tableName} cannot be read: ${foundValue.unread}`);
  const of = { tableArn: wanted.tableArn, [setting]: wanted[setting] };
  return difference(of, found).filter(
    ({ outcome }) => outcome !== 'same' && (outcome !== 'extra' || setting === 'scaling'),
  );
}

/** The same in the words of the table: its ARN, its stream, its name. */
function inItsWords<Value>(value: Value, fromArn: string, table: TableDescription): Value {
  return JSON.parse(renamed(canonicalJson(value), fromArn, table.TableArn ?? '', liveStream(table))) as Value;
}

function endedBy(world: World, setting: SettingName, put: Put): Ended {
  if (put === 'done') return { state: 'done', sentence: `${setting} was put back.` };
  return later(world, put.again, put.sentence);
}

const later = (world: World, ms: number, sentence: string): Ended => ({
  state: 'later',
  sentence,
  retryAt: world.clock.now() + ms,
});

/** AWS's words when the time to live was changed less than an hour ago. */
const tooSoon = /time to live has been modified multiple times/i;

function endedByError(
  world: World,
  target: Target,
  { setting, switchedBy }: Step,
  error: unknown,
  capability: Capability,
): Ended {
  if (error instanceof CannotPutBack) return { state: 'refused', sentence: error.message };
  const text = errorText(error);
  if (tooSoon.test(text)) return later(world, timeToLiveRestMs, `${setting}: ${text}`);
  const kind = kindOf(error);
  if (kind === 'credentials') world.renewCredentials(target, capability);
  if (kind !== 'refused' && kind !== 'gone') return later(world, restMs, `${setting} was not put back yet: ${text}`);
  const isDenied = switchedBy !== undefined && /^AccessDenied/.test(text);
  const remedy = isDenied ? ` Deploy with --param="${switchedBy}=yes" if Tablekeep shall do this.` : '';
  return { state: 'refused', sentence: `${setting} was not put back: ${text}${remedy}` };
}
