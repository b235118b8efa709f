import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { daysOf, parseCron } from '../../shared/schedule/cron.ts';
import { isZone } from '../../shared/schedule/zone.ts';
import { nextFiring, parseSchedule, type Schedule } from '../../shared/schedule.ts';

function firings(
  schedule: Schedule,
  after: string | number,
  count: number,
  until = Number.POSITIVE_INFINITY,
): number[] {
  const found: number[] = [];
  let at = nextFiring(schedule, typeof after === 'string' ? Date.parse(after) : after);
  while (at !== undefined && at < until && found.length < count) {
    found.push(at);
    at = nextFiring(schedule, at);
  }
  return found;
}

const shown = (instants: number[]) => instants.map((at) => new Date(at).toISOString().slice(0, 16));

describe('cron', () => {
  test.each([
    ['0 3 29 2 ? *', '2026-01-01', ['2028-02-29T03:00', '2032-02-29T03:00']],
    ['0 3 29 2 ? *', '2096-03-01', ['2104-02-29T03:00']],
    ['0 3 LW * ? *', '2026-01-01', ['2026-01-30T03:00', '2026-02-27T03:00', '2026-03-31T03:00']],
    ['0 3 L * ? *', '2028-01-30', ['2028-01-31T03:00', '2028-02-29T03:00']],
    ['0 3 L-3 * ? *', '2026-02-01', ['2026-02-25T03:00', '2026-03-28T03:00']],
    ['0 3 L-30 * ? *', '2026-01-02', ['2026-03-01T03:00', '2026-05-01T03:00']],
    ['0 3 1W * ? *', '2026-07-15', ['2026-08-03T03:00', '2026-09-01T03:00']],
    ['0 3 3W * ? *', '2026-05-01', ['2026-05-04T03:00', '2026-06-03T03:00', '2026-07-03T03:00']],
    ['0 3 31W * ? *', '2026-05-01', ['2026-05-29T03:00', '2026-07-31T03:00', '2026-08-31T03:00']],
    ['0 3 30W * ? *', '2026-08-01', ['2026-08-31T03:00', '2026-09-30T03:00']],
    ['0 3 ? * 6#3 *', '2026-01-01', ['2026-01-16T03:00', '2026-02-20T03:00']],
    ['0 3 ? * MON#5 *', '2026-01-01', ['2026-03-30T03:00', '2026-06-29T03:00']],
    ['0 3 ? * 5L *', '2026-01-01', ['2026-01-29T03:00', '2026-02-26T03:00']],
    ['0 3 ? * FRIL *', '2026-01-01', ['2026-01-30T03:00']],
    ['0 3 ? * L *', '2026-01-01', ['2026-01-03T03:00', '2026-01-10T03:00']],
    ['0 3 ? * MON-FRI *', '2026-01-02T12:00', ['2026-01-05T03:00']],
    ['0 3 ? * 1,7 *', '2026-01-01', ['2026-01-03T03:00', '2026-01-04T03:00']],
    ['0/15 10 * * ? *', '2026-01-01', ['2026-01-01T10:00', '2026-01-01T10:15', '2026-01-01T10:30', '2026-01-01T10:45']],
    ['5/20 10 * * ? *', '2026-01-01', ['2026-01-01T10:05', '2026-01-01T10:25', '2026-01-01T10:45', '2026-01-02T10:05']],
    [
      '*/25 0 * * ? *',
      '2025-12-31T23:59',
      ['2026-01-01T00:00', '2026-01-01T00:25', '2026-01-01T00:50', '2026-01-02T00:00'],
    ],
    [
      '0 8-18/5 * * ? *',
      '2026-01-01',
      ['2026-01-01T08:00', '2026-01-01T13:00', '2026-01-01T18:00', '2026-01-02T08:00'],
    ],
    ['0 3 1 JAN,7 ? 2027,2030-2031', '2026-01-01', ['2027-01-01T03:00', '2027-07-01T03:00', '2030-01-01T03:00']],
    [' 0  3\t1 JAN ? 2027 ', '2026-02-01', ['2027-01-01T03:00']],
    ['0 3 1 jan ? 2026/2', '2026-02-01', ['2028-01-01T03:00']],
    ['59 23 31 12 ? 2199', '2026-01-01', ['2199-12-31T23:59']],
  ])('cron(%s) after %s', (fields, after, expected) => {
    const schedule = parseSchedule(`cron(${fields})`);
    expect(shown(firings(schedule, `${after.length > 10 ? after : `${after}T00:00`}Z`, expected.length))).toEqual(
      expected,
    );
  });

  test.each(['0 3 30 2 ? *', '0 3 31 4,6,9,11 ? *', '0 3 * * ? 1970-2025', '0 3 29 2 ? 2027'])(
    'cron(%s) never fires again',
    (fields) => {
      expect(nextFiring(parseSchedule(`cron(${fields})`), Date.parse('2026-01-01T00:00Z'))).toBeUndefined();
    },
  );

  test('a firing is strictly after the instant asked about', () => {
    const daily = parseSchedule('cron(0 3 * * ? *)');
    const at = Date.parse('2026-05-05T03:00Z');
    expect(nextFiring(daily, at - 1)).toBe(at);
    expect(nextFiring(daily, at)).toBe(at + 86_400_000);
  });

  test.each([
    ['0 3 * * ?', 'has 5 fields; write six'],
    ['0 3 * * ? * *', 'has 7 fields; write six'],
    ['', 'has 0 fields; write six'],
    ['0 3 * * * *', 'exactly one of the two must be ?'],
    ['0 3 ? * ? *', 'exactly one of the two must be ?'],
    ['0 3 1 * MON *', 'exactly one of the two must be ?'],
    ['60 3 * * ? *', 'minutes "60" is not possible; write 0 to 59.'],
    ['? 3 * * ? *', 'minutes "?" is not possible'],
    ['0 24 * * ? *', 'hours "24" is not possible; write 0 to 23'],
    ['0 3 0 * ? *', 'day-of-month "0" is not possible; write 1 to 31'],
    ['0 3 * 13 ? *', 'month "13" is not possible'],
    ['0 3 * JANUARY ? *', 'month "JANUARY" is not possible'],
    ['0 3 ? * 0 *', 'day-of-week "0" is not possible; write 1 to 7'],
    ['0 3 ? * 8 *', 'day-of-week "8" is not possible'],
    ['0 3 ? * 2/2 *', 'steps with / are not for this field'],
    ['0 3 ? * 3#1,6#3 *', '# (6#3: the third Friday; up to #5)'],
    ['0 3 ? * 3#6 *', '# (6#3: the third Friday; up to #5)'],
    ['0 3 ? * FRI-MON *', 'runs backwards; write it as two ranges, 1-MON,FRI-7'],
    ['0 3 1,L * ? *', 'stand alone'],
    ['0 3 1-5W * ? *', 'stand alone'],
    ['0 3 L-31 * ? *', 'stand alone'],
    ['0 3 32W * ? *', 'day-of-month "32" is not possible'],
    ['0/0 3 * * ? *', 'the step /0; write a number from 1 to 59'],
    ['0/60 3 * * ? *', 'the step /60; write a number from 1 to 59'],
    ['0/x5 3 * * ? *', 'the step /x5'],
    ['0/5x 3 * * ? *', 'the step /5x'],
    ['0/5/5 3 * * ? *', 'one / is enough'],
    ['0 3 15WX * ? *', 'stand alone'],
    ['0 3 ? * 5LX *', 'day-of-week "5LX" is not possible; write 1 to 7 or SUN, MON, TUE, WED, THU, FRI, SAT.'],
    ['0 3 ? * 1,5L *', 'L (5L: the last Thursday) stand alone'],
    ['0 3 * 0 ? *', 'month "0" is not possible; write 1 to 12 or JAN, FEB, MAR, APR,'],
    ['1-2-3 3 * * ? *', 'a range has two ends'],
    ['1, 3 * * ? *', 'minutes is empty'],
    ['-5 3 * * ? *', 'minutes is empty'],
    ['1.5 3 * * ? *', 'minutes "1.5" is not possible'],
    ['0 3 * * ? 1969', 'year "1969" is not possible; write 1970 to 2199'],
    ['0 3 * * ? 2200', 'year "2200" is not possible'],
  ])('cron(%s) is refused with what is wrong', (fields, reason) => {
    expect(() => parseSchedule(`cron(${fields})`)).toThrow(reason);
  });
});

test('months and days of the week go by their names, too', () => {
  const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
  const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
  for (const [index, month] of months.entries()) expect(parseCron(`0 3 1 ${month} ? *`).months).toEqual([index + 1]);
  for (const [index, day] of days.entries()) {
    expect(parseCron(`0 3 ? * ${day} *`).days).toEqual({ by: 'weekdays', weekdays: [index + 1] });
  }
});

test.each<[string, number, number[]]>([
  ['L-30', 2, []],
  ['L-30', 1, [1]],
  ['30W', 2, []],
  ['15W', 8, [14]],
  ['1W', 8, [3]],
  ['16W', 8, [17]],
  ['31W', 5, [29]],
  ['LW', 5, [29]],
  ['LW', 1, [30]],
])('%s of month %i of 2026 are the days %j', (dates, month, expected) => {
  expect(daysOf(parseCron(`0 3 ${dates} * ? *`).days, 2026, month)).toEqual(expected);
});

describe('a zone', () => {
  test.each([
    // what is missing in spring is skipped, what comes twice in autumn fires the first time
    ['30 2 * * ? *', 'Europe/Berlin', '2026-03-27T12:00Z', ['2026-03-28T01:30', '2026-03-30T00:30']],
    ['30 2 * * ? *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['30 2 8 3 ? *', 'America/New_York', '2026-01-01T00:00Z', ['2027-03-08T07:30']],
    ['0 0/1 1 11 ? 2026', 'America/New_York', '2026-11-01T04:00Z', ['2026-11-01T05:00', '2026-11-01T07:00']],
    ['15 2 * * ? *', 'Australia/Lord_Howe', '2026-10-02T16:00Z', ['2026-10-04T15:15']],
    ['45 1 * * ? *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', ['2026-04-04T14:45', '2026-04-05T15:15']],
    ['0 12 * * ? *', 'Pacific/Apia', '2011-12-29T00:00Z', ['2011-12-29T22:00', '2011-12-30T22:00']],
    ['0 12 30 12 ? 2011', 'Pacific/Apia', '2011-01-01T00:00Z', []],
    ['0 3 * * ? *', 'Asia/Kolkata', '2026-01-01T00:00Z', ['2026-01-01T21:30', '2026-01-02T21:30']],
    ['0 0 1 * ? *', 'Asia/Kathmandu', '2026-01-01T00:00Z', ['2026-01-31T18:15']],
    ['0 0 ? * MON *', 'Pacific/Kiritimati', '2026-01-01T00:00Z', ['2026-01-04T10:00']],
    // asked in the second of two hours that look alike: the rest of it has fired in the first
    ['0/20 * * * ? *', 'Europe/Berlin', '2026-10-25T01:10Z', ['2026-10-25T02:00', '2026-10-25T02:20']],
    ['30 0 * * ? *', 'America/Sao_Paulo', '2018-11-03T12:00Z', ['2018-11-05T02:30']],
  ])('cron(%s) in %s after %s', (fields, zone, after, expected) => {
    const found = firings(parseSchedule(`cron(${fields})`, zone), after, Math.max(1, expected.length));
    expect(shown(found)).toEqual(expected);
  });

  test.each([
    ['Europe/Berlin', true],
    ['America/Argentina/Buenos_Aires', true],
    ['UTC', true],
    ['Etc/GMT+5', true],
    ['Asia/Calcutta', true],
    ['Asia/Kolkata', true],
    ['europe/berlin', false],
    ['EUROPE/BERLIN', false],
    ['Europe/berlin', false],
    ['Europe/Bonn', false],
    ['+01:00', false],
    ['', false],
    ['Berlin', false],
  ])('%s is a name of the IANA database: %s', (zone, known) => {
    expect(isZone(zone)).toBe(known);
    const reading = () => parseSchedule('cron(0 3 * * ? *)', zone);
    if (known) expect(reading().timezone).toBe(zone);
    else expect(reading).toThrow(`The time zone "${zone}" is unknown; write a name of the IANA database`);
  });
});

describe('rate', () => {
  const at = Date.parse('2026-03-28T12:00Z');
  test.each([
    ['1 minute', 60_000],
    ['5 minutes', 300_000],
    [' 5  minutes ', 300_000],
    ['1 hour', 3_600_000],
    ['1 hours', 3_600_000],
    ['1 day', 86_400_000],
    ['2 days', 172_800_000],
  ])('rate(%s) fires again after that, whatever the clocks of the zone do', (text, everyMs) => {
    expect(nextFiring(parseSchedule(`rate(${text})`, 'Europe/Berlin'), at)).toBe(at + everyMs);
  });

  test('counts from its start, which is its first firing', () => {
    const schedule = parseSchedule('rate(12 hours)');
    expect(nextFiring(schedule, at - 1, at)).toBe(at);
    expect(nextFiring(schedule, at - 86_400_000, at)).toBe(at);
    expect(nextFiring(schedule, at, at)).toBe(at + 43_200_000);
    expect(nextFiring(schedule, at + 43_200_001, at)).toBe(at + 86_400_000);
  });

  test.each(['0 days', '5 weeks', '1.5 hours', '-1 day', 'hour', '5 minutes extra', '5 minutesx', ''])(
    'rate(%s) is refused',
    (text) => {
      expect(() => parseSchedule(`rate(${text})`)).toThrow('write a whole number above 0 and minutes, hours or days');
    },
  );
});

describe('at', () => {
  test('fires once, at that time on the wall of the zone', () => {
    const schedule = parseSchedule('at(2027-07-01T03:00:00)', 'America/New_York');
    expect(shown(firings(schedule, '2026-01-01T00:00Z', 3))).toEqual(['2027-07-01T07:00']);
  });

  test.each(['2027-02-30T03:00:00', '2027-01-01', '2027-01-01T03:00:00Z', '2027-01-01T25:00:00', ''])(
    'at(%s) is refused',
    (text) => {
      expect(() => parseSchedule(`at(${text})`)).toThrow('is not a date and time');
    },
  );
});

test.each(['0 3 * * *', 'my cron(0 3 * * ? *)', 'CRON(0 3 * * ? *)', 'every day', '', 'cron(0 3 * * ? *) '])(
  '"%s" is not a schedule',
  (text) => {
    expect(() => parseSchedule(text)).toThrow('write cron(0 3 * * ? *), rate(12 hours) or at(2027-01-31T03:00:00)');
  },
);

test('the module imports nothing but its own two files, so that everything may use it', () => {
  for (const file of ['schedule.ts', 'schedule/cron.ts', 'schedule/zone.ts']) {
    const imports = readFileSync(`shared/${file}`, 'utf8').matchAll(/from '([^']+)'/g);
    for (const [, module] of imports) expect(module).toMatch(/^\.\/schedule\/(cron|zone)\.ts$/);
  }
});

test.each([
  ['cron(0 3 * * ? *)', 'Europe/Berlin'],
  ['cron(* * * * ? *)', 'Australia/Lord_Howe'],
  ['cron(0 3 ? * 6#5 *)', 'UTC'],
])('10,000 firings of %s in %s take well below a second', (expression, zone) => {
  const schedule = parseSchedule(expression, zone);
  const started = performance.now();
  firings(schedule, '2026-01-01T00:00Z', 10_000);
  expect(performance.now() - started).toBeLessThan(900);
});
