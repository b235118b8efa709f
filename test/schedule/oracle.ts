/**
 * A second, slower reading of AWS's cron, made in another way: it walks real minutes, asks Intl what the wall
 * shows in each and whether the fields name that, and never converts a wall clock time to an instant.
 */
const minuteMs = 60_000;
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Wall {
  year: number;
  month: number;
  date: number;
  hour: number;
  minute: number;
}

export function firingsByMinute(expression: string, zone: string, from: number, to: number): number[] {
  const fields = expression.slice('cron('.length, -1).split(' ');
  const wallAt = wallClock(zone);
  const seen = new Set<string>();
  const found: number[] = [];
  for (let at = from - 3 * 60 * minuteMs; at < to; at += minuteMs) {
    const wall = wallAt(at);
    const shown = JSON.stringify(wall);
    if (seen.has(shown)) continue;
    seen.add(shown);
    if (at >= from && isNamed(fields, wall)) found.push(at);
  }
  return found;
}

function wallClock(zone: string): (at: number) => Wall {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => {
    const [year = 0, month = 0, date = 0, hour = 0, minute = 0] = format.format(at).split(/[- :]/).map(Number);
    return { year, month, date, hour, minute };
  };
}

function isNamed(fields: string[], { year, month, date, hour, minute }: Wall): boolean {
  const [minutes = '', hours = '', dates = '', months = '', days = '', years = ''] = fields;
  return (
    inList(minutes, minute, 0, 59) &&
    inList(hours, hour, 0, 23) &&
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
