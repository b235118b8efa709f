import { describe, expect, test } from 'vitest';
import { loadPlans } from '../../deploy/plans/file.ts';
import { nearest } from '../../deploy/plans/nearest.ts';
import { readPlans, sentenceOf } from '../../deploy/plans/read.ts';

const indented = (text: string, by: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
const good = 'schedule: cron(0 3 * * ? *)\ntables: { include: ["*"] }\nkeep: { daily: 7 }\n';
/** A good plan with other fields; those of the same name replace the good ones. */
function planWith(fields: string): string {
  const key = (line: string) => line.split(':')[0];
  const given = fields.split('\n').map(key);
  const rest = good.split('\n').filter((line) => !given.includes(key(line)));
  return `plans:\n  nightly:\n${indented(`${fields}\n${rest.join('\n')}`, 4)}`;
}

function sentences(text: string): string[] {
  const read = readPlans(text, 'plans.yml');
  return 'problems' in read ? read.problems.map(sentenceOf) : [];
}

describe('plans.yml', () => {
  test('that is right gives plans with every default', () => {
    expect(readPlans(`plans:\n  nightly:\n${indented(good, 4)}`, 'plans.yml')).toEqual({
      plans: [
        {
          name: 'nightly',
          schedule: 'cron(0 3 * * ? *)',
          timezone: 'UTC',
          tables: { include: ['*'], exclude: [], tags: {} },
          keep: { daily: 7 },
          targets: [],
          deadlineMs: 4 * 3_600_000,
          startWithinMs: 3_600_000,
          overlap: 'skip',
          enabled: true,
        },
      ],
      exports: [],
    });
  });

  test('of the project is right, shows every field and has the schema at its head', async () => {
    const plans = loadPlans();
    expect(plans.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['nightly', true],
      ['important', false],
    ]);
    const text = (await import('node:fs')).readFileSync('plans.yml', 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/plans\.schema\.json\n/);
    const schema = JSON.parse((await import('node:fs')).readFileSync('plans.schema.json', 'utf8'));
    const { properties } = schema.$defs.plan;
    const fields = [
      properties,
      properties.tables.properties,
      properties.keep.properties,
      properties.targets.items.properties,
    ];
    for (const field of fields.flatMap(Object.keys)) expect(text).toMatch(new RegExp(`[^#]*\\b${field}:`));
  });

  test.each([
    ['schedule: every day', '3:15 plans.nightly.schedule: "every day" is not a schedule; write cron'],
    [
      'schedule: cron(0 3 * * * *)',
      "3:15 plans.nightly.schedule: cron's day-of-month is * and day-of-week is *; exactly one",
    ],
    [
      'schedule: cron(0 3 31 2 ? *)',
      '3:15 plans.nightly.schedule: cron(0 3 31 2 ? *) never fires: no month has such a day',
    ],
    [
      'schedule: at(2026-03-29T02:30:00)\ntimezone: Europe/Berlin',
      '3:15 plans.nightly.schedule: at(2026-03-29T02:30:00) never fires: no month has such a day, or the clocks of Europe/Berlin',
    ],
    ['startWithin: 2h\ndeadline: 2h', '3:18 plans.nightly.startWithin: 2h leaves no time until the deadline of 2h'],
    [
      'timezone: Europe/Bonn',
      '3:15 plans.nightly.timezone: "Europe/Bonn" is unknown; write a name of the IANA database',
    ],
    ['tables: { include: [] }', '3:15 plans.nightly.tables.include: [] is not possible; name at least one pattern'],
    ['tables: { exclude: [abc] }', '3:5 plans.nightly.tables: says nothing about which tables'],
    [
      'tables: { include: ["a b"] }',
      '3:25 plans.nightly.tables.include.0: "a b" is not possible; no table name has such characters',
    ],
    ['tables: { include: ["ab"] }', '3:25 plans.nightly.tables.include.0: no table has so short or so long a name'],
    ['tables: { include: ["a?"] }', '3:25 plans.nightly.tables.include.0: no table has so short or so long a name'],
    [
      `tables: { include: ["${'a'.repeat(256)}*"] }`,
      '3:25 plans.nightly.tables.include.0: no table has so short or so long a name',
    ],
    ['tables: { include: abc }', '3:24 plans.nightly.tables.include: "abc" is not possible; write a list of patterns'],
    [
      'tables: { include: [abc], exclude: ["a*"] }',
      '3:31 plans.nightly.tables.exclude: excludes everything that include names (by "a*")',
    ],
    ['tables: { tags: {} }', '3:15 plans.nightly.tables.tags: name at least one tag, or leave tags out'],
    [
      'tables: { tags: { backup: true } }',
      '3:31 plans.nightly.tables.tags.backup: true is not possible; put the value in quotes',
    ],
    [
      'tables: { tags: { "tablekeep:skip": "no" } }',
      '3:23 plans.nightly.tables.tags.tablekeep:skip: is the tag of tables that want no backup',
    ],
    [
      'tables: { tags: { env: "prod", __proto__: "x" } }',
      '3:36 plans.nightly.tables.tags.__proto__: cannot be held by a plan; choose another tag.',
    ],
    ['keep: {}', '3:5 plans.nightly.keep: keeps nothing; write at least one of last, within, hourly'],
    ['keep: { afterTableDeleted: 7d }', '3:5 plans.nightly.keep: keeps nothing'],
    ['keep: { daily: 0 }', '3:20 plans.nightly.keep.daily: 0 is not possible; write a whole number from 1 to 10000'],
    ['keep: { daily: 1.5 }', '3:20 plans.nightly.keep.daily: 1.5 is not possible'],
    ['keep: { daily: "7" }', '3:20 plans.nightly.keep.daily: "7" is not possible'],
    [
      'keep: { within: 1 day }',
      '3:21 plans.nightly.keep.within: "1 day" is not possible; write a number and m, h, d or w',
    ],
    [
      'keep: { last: 1, afterTableDeleted: never }',
      '3:41 plans.nightly.keep.afterTableDeleted: "never" is not possible',
    ],
    ['keep:', '3:5 plans.nightly.keep: is empty; write at least one rule'],
    ['keep: { daly: 7, last: 1 }', '3:13 plans.nightly.keep.daly: is not known; did you mean daily?'],
    ['scedule: x', '3:5 plans.nightly.scedule: is not known; did you mean schedule?'],
    ['colour: blue', '3:5 plans.nightly.colour: is not known; known are schedule, timezone, tables, keep, targets'],
    [
      'targets: [{ account: 012345678901 }]',
      '3:26 plans.nightly.targets.0.account: 12345678901 is not possible; put the account in quotes',
    ],
    [
      'targets: [{ account: "1234" }]',
      '3:26 plans.nightly.targets.0.account: "1234" is not possible; write the 12 digits',
    ],
    [
      'targets: [{ regions: [Frankfurt] }]',
      '3:27 plans.nightly.targets.0.regions.0: "Frankfurt" is not possible; write a Region',
    ],
    ['targets: [{ acount: "1" }]', '3:17 plans.nightly.targets.0.acount: is not known; did you mean account?'],
    ['targets: [{}]', '3:15 plans.nightly.targets.0: write account, regions or both'],
    [
      'targets: [{ regions: [eu-west-1] }, { regions: [eu-west-1] }]',
      '3:53 plans.nightly.targets.1.regions.0: eu-west-1 is a target of this plan already',
    ],
    ['deadline: 4m', '3:15 plans.nightly.deadline: 4m is not possible; write 5m to 7d'],
    ['startWithin: 25h', '3:18 plans.nightly.startWithin: 25h is not possible; write 1m to 24h'],
    ['overlap: wait', '3:14 plans.nightly.overlap: "wait" is not possible; write skip or queue'],
    ['enabled: yes', '3:14 plans.nightly.enabled: "yes" is not possible; write true or false'],
    ['rate: 50', '3:11 plans.nightly.rate: 50 is not possible; write a number from 0.1 to 49'],
    ['rate: 0', '3:11 plans.nightly.rate: 0 is not possible'],
    ['rpo: 0h', '3:10 plans.nightly.rpo: "0h" is not possible'],
    ['enabled: true\nenabled: false', '4:5 plans.nightly.enabled: is there twice; leave one'],
  ])('with %s is refused in one sentence that says where and what to do', (fields, sentence) => {
    const found = sentences(planWith(fields));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`plans.yml:${sentence}`);
    expect(found[0]).toMatch(/[.?]$/);
  });

  test.each(['Nightly', 'a_b', '-a', 'a b', 'a'.repeat(33), 'ad-hoc'])('refuses the plan name %s', (name) => {
    const found = sentences(`plans:\n  ${name}:\n${indented(good, 4)}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`plans.yml:2:3 plans.${name}: `);
  });

  test.each([
    ['', 'The file must hold plans:'],
    ['- a', 'The file must hold plans:'],
    ['plans:', 'plans.yml:1:7 plans: is empty'],
    ['plans: {}', 'plans: is empty'],
    ['plan: {}', 'plans: is missing'],
    ['plans:\n  a:\n', 'plans.yml:2:3 plans.a: is empty; write the fields of a plan below its name'],
    ['plans:\n\ta: 1', 'plans.yml:2:1 is indented by a tab; use spaces'],
    ['plans:\n  a:\n    tables: { include: [*-prod] }', 'put the pattern in quotes, as in "*-prod"'],
    ['plans:\n  a: {', 'is not YAML'],
    ['plans:\n  a: *b', 'plans.yml:2:6 a * at the beginning'],
  ])('refuses %j', (text, sentence) => {
    expect(sentences(text).join('\n')).toContain(sentence);
  });

  test.each([
    ['startWithin: { toString: 1 }', '3:5 plans.nightly.startWithin: {"toString":1} is not possible'],
    ['schedule: cron(0 3 31 2 ? *)\ntimezone: [1]', '3:15 plans.nightly.schedule: cron(0 3 31 2 ? *) never fires'],
    ['targets: [{ regions: [{ toString: 1 }] }]', '3:27 plans.nightly.targets.0.regions.0: {"toString":1}'],
  ])('with %s, which is no text, is refused like any other mistake', (fields, sentence) => {
    expect(sentences(planWith(fields))[0]).toContain(`plans.yml:${sentence}`);
    expect(sentences(planWith(fields)).join()).not.toContain('[object');
  });

  test('that cannot be read in places is pointed at where it is so', () => {
    for (const sentence of sentences('|a\n  b: 1\n  c: 2\nd: *e')) expect(sentence).toMatch(/^plans\.yml:[1-4]:\d:? /);
  });

  test('with a character that nobody sees says which', () => {
    expect(sentences('\u2028plans: {}')[0]).toContain('\\u{2028}plans');
  });

  test('tells every mistake at once, by line, also inside plans of one name and of a wrong name', () => {
    const found = sentences(`
plans:
  nightly:
    schedule: never
    tables: { include: ["a b"] }
    keep: { daily: 0, dayly: 7 }
  nightly:
    schedule: cron(0 3 * * ?)
    timezone: Mars/Base
    tables: { include: ["*"] }
  Weekly:
    tables: { include: ["*"] }
    keep: {}
extra: 1
`);
    expect(found.map((sentence) => sentence.split(' ', 2).join(' '))).toEqual([
      'plans.yml:4:15 plans.nightly.schedule:',
      'plans.yml:5:25 plans.nightly.tables.include.0:',
      'plans.yml:6:20 plans.nightly.keep.daily:',
      'plans.yml:6:23 plans.nightly.keep.dayly:',
      'plans.yml:7:3 plans.nightly:',
      'plans.yml:7:3 plans.nightly.keep:',
      'plans.yml:8:15 plans.nightly.schedule:',
      'plans.yml:9:15 plans.nightly.timezone:',
      'plans.yml:11:3 plans.Weekly:',
      'plans.yml:11:3 plans.Weekly.schedule:',
      'plans.yml:13:5 plans.Weekly.keep:',
      'plans.yml:14:1 extra:',
    ]);
  });

  test('that cannot be read is told by its name', () => {
    expect(() => loadPlans('nowhere/plans.yml')).toThrow('nowhere/plans.yml cannot be read');
  });
});

test.each([
  ['schedul', 'schedule'],
  ['scheudle', 'schedule'],
  ['region', 'regions'],
  ['sched', 'schedule'],
  ['x', undefined],
  ['colour', undefined],
])('the word nearest to %s is %s', (word, meant) => {
  expect(nearest(word, ['schedule', 'timezone', 'regions', 'rpo'])).toBe(meant);
});
