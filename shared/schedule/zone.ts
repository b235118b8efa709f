/** The zones' offsets come from Intl, whose data is the IANA database that also EventBridge Scheduler names. */
const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const offsetsOfDays = new Map<string, Map<number, number | 'changes'>>();

/** True for a name of the IANA time zone database, spelled as there: `Europe/Berlin`, not `europe/berlin`, `CET+1` or `+01:00`. */
export function isZone(name: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    const known = formatOf(name).resolvedOptions().timeZone;
    return known === name || known.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

/** What the clock on the wall of that zone shows at that instant, as if it were UTC (epoch ms). */
export function toLocal(zone: string, at: number): number {
  return at + offsetAt(zone, at);
}

/**
 * The instant at which the wall clock of that zone first shows `local` (see `toLocal`);
 * undefined when it never does, as in the hour that is left out in spring.
 */
export function firstInstantOf(zone: string, local: number): number | undefined {
  const before = offsetAt(zone, local - dayMs);
  const after = offsetAt(zone, local + dayMs);
  // In autumn both are right, and the first is the earlier; else at most one is.
  return [local - before, local - after].find((instant) => toLocal(zone, instant) === local);
}

/** What must be added to UTC at that instant, in ms. Remembered by days, most of which have a single offset. */
function offsetAt(zone: string, at: number): number {
  if (zone === 'UTC') return 0;
  const day = Math.floor(at / dayMs);
  const days = offsetsOfDays.get(zone) ?? new Map<number, number | 'changes'>();
  offsetsOfDays.set(zone, days);
  const known = days.get(day);
  if (typeof known === 'number') return known;
  if (known === 'changes') return readOffset(zone, at);
  const first = readOffset(zone, day * dayMs);
  if (days.size > 10_000) days.clear();
  days.set(day, first === readOffset(zone, (day + 1) * dayMs - 1000) ? first : 'changes');
  return offsetAt(zone, at);
}

function readOffset(zone: string, at: number): number {
  const second = Math.floor(at / 1000) * 1000;
  const [month = 0, day, year = 0, hour, minute, seconds] = (formatOf(zone).format(second).match(/\d+/g) ?? []).map(
    Number,
  );
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const numeric = 'numeric' as const;
  const parts = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', calendar: 'gregory', ...parts });
  formats.set(zone, format);
  return format;
}
