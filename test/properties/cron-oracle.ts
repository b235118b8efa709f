import { wallAt } from './wall-clock.ts';

/**
 * A second, slower reading of AWS's cron, made in another way: it walks real minutes, asks Intl what the wall
 * shows in each and whether the fields name that, and never converts a wall clock time to an instant.
 */
const minuteMs = 60_000;
const dayMinutes = 1440;
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The wall clock of a zone from an instant on, minute by minute. */
export interface Walk {
  from: number;
  /** What the wall shows: the day, and the minute of the day; -1 where it has shown that before, as in autumn. */
  day: Int32Array;
  minute: Int16Array;
}

/**
 * Intl is asked every quarter of an hour: clocks change, and differ from UTC, by whole quarters only
 * (tz database, since 1972). It begins three hours earlier, to know what has been shown.
 */
export function walk(zone: string, from: number, to: number): Walk {
  const length = (to - from) / minuteMs;
  const [day, minute] = [new Int32Array(length), new Int16Array(length)];
  let latest = Number.NEGATIVE_INFINITY;
  for (let at = from - 180 * minuteMs; at < to; at += 15 * minuteMs) {
    const wall = wallAt(zone, at);
    const local = Date.UTC(wall.year, wall.month - 1, wall.date, wall.hour, wall.minute) / minuteMs;
    for (let minutes = 0; minutes < 15; minutes++) {
      const index = (at - from) / minuteMs + minutes;
      if (index >= 0) {
        day[index] = Math.floor(local / dayMinutes);
        minute[index] = local + minutes > latest ? (local + minutes) % dayMinutes : -1;
      }
      latest = Math.max(latest, local + minutes);
    }
  }
  return { from, day, minute };
}

/** The firings among those minutes of the walk, `count` at most. */
export function firingsByMinute(
  expression: string,
  { from, day, minute }: Walk,
  first = 0,
  last = day.length,
  count = Infinity,
): number[] {
  const fields = expression.slice('cron('.length, -1).split(' ');
  const [minutes = '', hours = ''] = fields;
  const isMinute = Array.from({ length: 60 }, (_, value) => inList(minutes, value, 0, 59));
  const isHour = Array.from({ length: 24 }, (_, value) => inList(hours, value, 0, 23));
  const isTime = isHour.flatMap((isNamed) => isMinute.map((isNamedToo) => isNamed && isNamedToo));
  const days = new Map<number, boolean>();
  const isDayNamed = (number: number) => {
    const known = days.get(number) ?? isNamed(fields, new Date(number * dayMinutes * minuteMs));
    days.set(number, known);
    return known;
  };
  const found: number[] = [];
  for (let index = first; index < last && found.length < count; index++) {
    if (isTime[minute[index] ?? -1] && isDayNamed(day[index] ?? 0)) found.push(from + index * minuteMs);
  }
  return found;
}

function isNamed(fields: string[], day: Date): boolean {
  const [, , dates = '', months = '', days = '', years = ''] = fields;
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
  return (
    inList(months, month, 1, 12, monthNames) &&
    inList(years, year, 1970, 2199) &&
    (days === '?' ? isDate(dates, year, month, date) : isDay(days, year, month, date))
  );
}

function isDate(field: string, year: number, month: number, date: number): boolean {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const works = (day: number) => day >= 1 && day <= length && ![0, 6].includes(weekday(year, month, day));
  if (field === 'L') return date === length;
  if (field === 'LW') return works(date) && !Array.from({ length: 31 }, (_, i) => date + 1 + i).some(works);
  if (/^L-/.test(field)) return date === length - Number(field.slice(2));
  if (/W$/.test(field)) {
    const wish = Number.parseInt(field, 10);
    if (wish > length) return false;
    return date === [wish, wish - 1, wish + 1, wish - 2, wish + 2].find(works);
  }
  return inList(field, date, 1, 31);
}

function isDay(field: string, year: number, month: number, date: number): boolean {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const number = weekday(year, month, date) + 1;
  if (field === 'L') return number === 7;
  if (/L$/.test(field)) return inList(field.slice(0, -1), number, 1, 7, dayNames) && date + 7 > length;
  const [day = '', nth] = field.split('#');
  return inList(day, number, 1, 7, dayNames) && (nth === undefined || Math.ceil(date / 7) === Number(nth));
}

function weekday(year: number, month: number, date: number): number {
  return new Date(Date.UTC(year, month - 1, date)).getUTCDay();
}

function inList(field: string, value: number, from: number, to: number, names: string[] = []): boolean {
  const numbers = field.replace(/[A-Z]{3}/g, (name) => String(names.indexOf(name) + from));
  return numbers.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    const [first, last] = range === '*' ? [from, to] : range.split('-').map(Number);
    const end = last ?? (step === undefined ? first : to);
    return value >= Number(first) && value <= Number(end) && (value - Number(first)) % Number(step ?? 1) === 0;
  });
}
