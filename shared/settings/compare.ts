import { canonicalJson } from './canonical.ts';
import { type Part, partsOf, renamed } from './parts.ts';
import { isUnread, type SettingName, type TableSettings } from './settings.ts';

/** What became of one part: `unread` could not be compared, `extra` is there and should not be. */
export type Outcome = 'same' | 'different' | 'missing' | 'extra' | 'unread';

export interface Row {
  setting: SettingName;
  /** Which of several: a function, an index, a Region. */
  of?: string;
  outcome: Outcome;
  wanted?: unknown;
  found?: unknown;
}

/**
 * Compares settings part by part; tables of different names are alike when they differ in nothing but their names.
 * Warm throughput that has grown is the same. Compare what is wanted (`restored` of `expected`: see `tally`).
 */
export function difference(wanted: TableSettings, found: TableSettings): Row[] {
  const there = new Map(partsOf(found).map((part) => [keyOf(part), part]));
  const rows = partsOf(wanted).map((part): Row => {
    const other = there.get(keyOf(part));
    there.delete(keyOf(part));
    const { value, ...of } = part;
    if (isUnread(found[part.setting])) return { ...of, outcome: 'unread', wanted: value };
    if (other === undefined) return { ...of, outcome: 'missing', wanted: value };
    const outcome = isSame(part, wanted.tableArn, other, found.tableArn) ? 'same' : 'different';
    return { ...of, outcome, wanted: value, found: other.value };
  });
  const unread = Object.entries(wanted).flatMap(([setting, value]): Row[] =>
    isUnread(value) ? [{ setting: setting as SettingName, outcome: 'unread', wanted: value }] : [],
  );
  const unwanted = [...there.values()].filter(
    ({ setting }) => !isUnread(wanted[setting]) && setting !== 'warmThroughput',
  );
  const extra = unwanted.map(({ value, ...of }): Row => ({ ...of, outcome: 'extra', found: value }));
  return [...rows, ...unread, ...extra];
}

/** How many parts should be there, and how many are as they should be. */
export function tally(rows: Row[]): { expected: number; restored: number } {
  const wanted = rows.filter(({ outcome }) => outcome !== 'extra');
  return { expected: wanted.length, restored: wanted.filter(({ outcome }) => outcome === 'same').length };
}

const keyOf = ({ setting, of }: Part) => JSON.stringify([setting, of]);

function isSame(wanted: Part, wantedArn: string, found: Part, foundArn: string): boolean {
  if (wanted.setting === 'warmThroughput') return isAtLeast(found.value as Warmth, wanted.value as Warmth);
  // In the words of the table that is there: what still names the other one is a difference.
  const asThere = (part: Part, arn: string) => renamed(canonicalJson(comparable(part)), arn, foundArn);
  return asThere(wanted, wantedArn) === asThere(found, foundArn);
}

interface Warmth {
  read?: number;
  write?: number;
}

const isAtLeast = (found: Warmth, wanted: Warmth): boolean =>
  (found.read ?? 0) >= (wanted.read ?? 0) && (found.write ?? 0) >= (wanted.write ?? 0);

/** Where a function began to read a stream says nothing of how it goes on. */
function comparable({ setting, value }: Part): unknown {
  if (setting !== 'triggers') return value;
  const { configuration = {}, ...trigger } = value as { configuration?: Record<string, unknown> };
  const { StartingPosition: _began, ...lasting } = configuration;
  return { ...trigger, configuration: lasting };
}
