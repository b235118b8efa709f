/**
 * The cron fields of EventBridge Scheduler, which are not Unix's: six of them, days of the week from 1 = Sunday,
 * and `?` for the one of the two day fields that does not decide.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 * Not in that page, but deployed by others and so accepted: `LW`, and `L-3` (three days before the last).
 */
export interface Cron {
  minutes: number[];
  hours: number[];
  days: DayRule;
  months: number[];
  years: number[];
}

/** Which days of a month: dates, or days of the week (1 = Sunday). */
export type DayRule =
  | { by: 'dates'; dates: number[] }
  | { by: 'last date'; before: number }
  | { by: 'last working day' }
  | { by: 'working day nearest to'; date: number }
  | { by: 'weekdays'; weekdays: number[] }
  | { by: 'nth weekday'; weekday: number; nth: number }
  | { by: 'last weekday'; weekday: number };

interface Field {
  name: string;
  from: number;
  to: number;
  names?: readonly string[];
  steps: boolean;
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const minute: Field = { name: 'minutes', from: 0, to: 59, steps: true };
const hour: Field = { name: 'hours', from: 0, to: 23, steps: true };
const date: Field = { name: 'day-of-month', from: 1, to: 31, steps: true };
const month: Field = { name: 'month', from: 1, to: 12, names: monthNames, steps: true };
const weekday: Field = { name: 'day-of-week', from: 1, to: 7, names: weekdayNames, steps: false };
const year: Field = { name: 'year', from: 1970, to: 2199, steps: true };

/** Reads what stands between the parentheses of `cron(…)`; throws an Error that says which field is wrong and what to write. */
export function parseCron(text: string): Cron {
  const fields = text.split(/\s/).filter(Boolean);
  const [minutes = '', hours = '', dates = '', months = '', weekdays = '', years = ''] = fields;
  if (fields.length !== 6) {
    throw new Error(
      `cron(${text}) has ${fields.length} fields; write six: minutes hours day-of-month month day-of-week year, as in cron(0 3 * * ? *).`,
    );
  }
  return {
    minutes: parseList(minutes, minute),
    hours: parseList(hours, hour),
    days: parseDays(dates.toUpperCase(), weekdays.toUpperCase()),
    months: parseList(months.toUpperCase(), month),
    years: parseList(years, year),
  };
}

function parseDays(dates: string, weekdays: string): DayRule {
  if ((dates === '?') === (weekdays === '?')) {
    throw new Error(
      `cron's day-of-month is ${dates} and day-of-week is ${weekdays}; exactly one of the two must be ?, as in cron(0 3 * * ? *) or cron(0 3 ? * MON *).`,
    );
  }
  return weekdays === '?' ? parseDates(dates) : parseWeekdays(weekdays);
}

function parseDates(text: string): DayRule {
  const before = /^L(?:-(\d+))?$/.exec(text);
  if (before !== null && Number(before[1] ?? 0) <= 30) return { by: 'last date', before: Number(before[1] ?? 0) };
  if (text === 'LW') return { by: 'last working day' };
  const near = /^(\d+)W$/.exec(text)?.[1];
  if (near !== undefined) return { by: 'working day nearest to', date: parseValue(near, date) };
  if (/[LW]/.test(text)) {
    throw new Error(
      `day-of-month ${text} is not understood; L, L-3, LW and a day with W (15W) stand alone, without lists or ranges.`,
    );
  }
  return { by: 'dates', dates: parseList(text, date) };
}

function parseWeekdays(text: string): DayRule {
  if (text === 'L') return { by: 'weekdays', weekdays: [7] };
  const [, last] = /^(\w+)L$/.exec(text) ?? [];
  if (last !== undefined) return { by: 'last weekday', weekday: parseValue(last, weekday) };
  const [, which, nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  if (which !== undefined) return { by: 'nth weekday', weekday: parseValue(which, weekday), nth: Number(nth) };
  if (/#|L($|,)/.test(text)) {
    throw new Error(
      `day-of-week ${text} is not understood; # (6#3: the third Friday; up to #5) and L (5L: the last Thursday) stand alone, without lists.`,
    );
  }
  return { by: 'weekdays', weekdays: parseList(text, weekday) };
}

function parseList(text: string, field: Field): number[] {
  const values = text.split(',').flatMap((part) => parsePart(part, field));
  return [...new Set(values)].sort((a, b) => a - b);
}

/** `*`, `5`, `5-9`, and each of them with `/3` behind it. */
function parsePart(part: string, field: Field): number[] {
  const [range = '', step, ...rest] = part.split('/');
  if (rest.length > 0 || (step !== undefined && !field.steps)) {
    throw new Error(
      `${field.name} ${part} is not understood; ${field.steps ? 'one / is enough, as in 0/15' : 'steps with / are not for this field, list the days instead'}.`,
    );
  }
  const every = step === undefined ? 1 : parseStep(step, field);
  const [first = '', last, ...more] = range.split('-');
  if (more.length > 0)
    throw new Error(`${field.name} ${part} is not understood; a range has two ends, as in ${field.from}-${field.to}.`);
  const from = range === '*' ? field.from : parseValue(first, field);
  const to = last !== undefined ? parseValue(last, field) : range === '*' || step !== undefined ? field.to : from;
  if (from > to) {
    throw new Error(
      `${field.name} ${part} runs backwards; write it as two ranges, ${field.from}-${last},${first}-${field.to}.`,
    );
  }
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every);
}

function parseStep(text: string, field: Field): number {
  const step = /^\d+$/.test(text) ? Number(text) : 0;
  if (step < 1 || step > field.to)
    throw new Error(`${field.name} has the step /${text}; write a number from 1 to ${field.to}.`);
  return step;
}

function parseValue(text: string, field: Field): number {
  const named = field.names?.indexOf(text) ?? -1;
  const value = named >= 0 ? named + field.from : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.from && value <= field.to) return value;
  const names = field.names === undefined ? '' : ` or ${field.names.join(', ')}`;
  throw new Error(
    `${field.name} ${text === '' ? 'is empty' : `"${text}" is not possible`}; write ${field.from} to ${field.to}${names}.`,
  );
}

/** The days of that month (1 = January) on which the rule holds, ascending. `15W` never leaves its month. */
export function daysOf(rule: DayRule, year: number, month: number): number[] {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstWeekday = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const weekdayOf = (date: number) => ((firstWeekday + date - 1) % 7) + 1;
  const all = Array.from({ length: last }, (_, index) => index + 1);
  switch (rule.by) {
    case 'dates':
      return rule.dates.filter((date) => date <= last);
    case 'weekdays':
      return all.filter((date) => rule.weekdays.includes(weekdayOf(date)));
    case 'last date':
      return rule.before < last ? [last - rule.before] : [];
    case 'last working day':
      return all.filter((date) => weekdayOf(date) % 7 > 1).slice(-1);
    case 'working day nearest to':
      return rule.date > last ? [] : [nearestWorkingDay(rule.date, weekdayOf(rule.date), last)];
    case 'nth weekday':
      return all.filter((date) => weekdayOf(date) === rule.weekday).slice(rule.nth - 1, rule.nth);
    case 'last weekday':
      return all.filter((date) => weekdayOf(date) === rule.weekday).slice(-1);
  }
}

function nearestWorkingDay(date: number, weekday: number, last: number): number {
  if (weekday === 7) return date === 1 ? 3 : date - 1;
  if (weekday === 1) return date === last ? date - 2 : date + 1;
  return date;
}
