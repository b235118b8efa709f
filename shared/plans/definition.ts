import * as z from 'zod/mini';
import { accountPattern, regionPattern } from '../../events/patterns.ts';

/** As plans.yml writes durations: `90m`, `36h`, `7d`, `2w`. */
export const durationPattern = /^[1-9]\d{0,4}[mhdw]$/;

/** The words that editors show. */
export const described = (description: string, more: Record<string, unknown> = {}) => z.meta({ description, ...more });
export const duration = (description: string) =>
  z
    .string('write a number and m, h, d or w, as in 36h')
    .check(
      z.regex(durationPattern, 'write a number and m, h, d or w, as in 36h'),
      described(`${description} A number and m, h, d or w: 90m, 36h, 7d, 2w.`.trim()),
    );
const count = (description: string) =>
  z.exactOptional(
    z
      .int('write a whole number from 1 to 10000')
      .check(
        z.minimum(1, 'write a whole number from 1 to 10000, or leave the rule out'),
        z.maximum(10_000, 'write a whole number from 1 to 10000'),
        described(description),
      ),
  );

/** `*` stands for any characters, `?` for one; the rest are those of table names. */
const tablePattern = z
  .string('write a table name or a pattern')
  .check(
    z.regex(
      /^[a-zA-Z0-9_.*?-]+$/,
      'no table name has such characters; use letters, digits, _ . - and the wildcards * and ?',
    ),
    z.refine(canMatchSomeName, 'no table has so short or so long a name; write 3 to 255 characters, or a *'),
  );

function canMatchSomeName(pattern: string): boolean {
  const fixed = pattern.replaceAll('*', '').length;
  return fixed <= 255 && (fixed >= 3 || pattern.includes('*'));
}

export const tables = z
  .strictObject(
    {
      include: z.exactOptional(
        z
          .array(tablePattern, 'write a list of patterns')
          .check(
            z.minLength(1, 'name at least one pattern; "*" stands for all tables'),
            described(
              'Tables whose name matches one of these patterns (* any characters, ? one). Left out: all that have the tags.',
            ),
          ),
      ),
      exclude: z.exactOptional(
        z
          .array(tablePattern, 'write a list of patterns')
          .check(described('But not those whose name matches one of these patterns.')),
      ),
      tags: z.exactOptional(
        z
          .record(
            z.string().check(z.regex(/^.{1,128}$/, 'a tag key has 1 to 128 characters')),
            z
              .string('put the value in quotes: a tag is text')
              .check(z.maxLength(256, 'a tag value has at most 256 characters')),
          )
          .check(
            z.refine((tags) => Object.keys(tags).length > 0, 'name at least one tag, or leave tags out'),
            described('And only those that have all of these tags; values are exact or patterns with * and ?.', {
              minProperties: 1,
            }),
          ),
      ),
    },
    'write include, exclude or tags below it',
  )
  .check(
    z.refine(
      ({ include, tags }) => include !== undefined || tags !== undefined,
      'says nothing about which tables; write include: ["*"] for all of them, or tags',
    ),
    described('Which tables, found anew at each run. A table with the tag tablekeep:skip is left out.', {
      anyOf: [{ required: ['include'] }, { required: ['tags'] }],
    }),
  );

/** The rules of which at least one must be there. */
export const keepRules = ['last', 'within', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

const keep = z
  .strictObject(
    {
      last: count('The newest backups, that many.'),
      within: z.exactOptional(duration('All that are not older than this.')),
      hourly: count('The newest of an hour, for that many hours that have one.'),
      daily: count('The newest of a day, for that many days that have one.'),
      weekly: count('The newest of an ISO week, for that many weeks that have one.'),
      monthly: count('The newest of a month, for that many months that have one.'),
      yearly: count('The newest of a year, for that many years that have one.'),
      afterTableDeleted: z.exactOptional(
        z.union([z.literal('forever'), duration('')], 'write forever, or a number and m, h, d or w, as in 90d').check(
          described(
            'How long the last backups of a table stay after the table was deleted: a duration such as 90d, or forever.',
            {
              default: 'forever',
            },
          ),
        ),
      ),
    },
    'write at least one rule below it, as in daily: 7',
  )
  .check(
    z.refine(
      (rules) => keepRules.some((rule) => rules[rule] !== undefined),
      `keeps nothing; write at least one of ${keepRules.join(', ')}`,
    ),
    described(
      'What stays: every backup that at least one rule keeps. Periods are counted in the time zone of the plan.',
      {
        anyOf: keepRules.map((rule) => ({ required: [rule] })),
      },
    ),
  );

export const target = z
  .strictObject(
    {
      account: z.exactOptional(
        z
          .string('put the account in quotes: it is 12 digits of text')
          .check(
            z.regex(accountPattern, 'write the 12 digits of an AWS account, in quotes'),
            described('12 digits, in quotes. Left out: the account where Tablekeep is deployed.'),
          ),
      ),
      regions: z.exactOptional(
        z
          .array(
            z
              .string('write a Region, as in eu-central-1')
              .check(z.regex(regionPattern, 'write a Region, as in eu-central-1')),
            'write a list of Regions',
          )
          .check(
            z.minLength(1, 'name at least one Region, or leave regions out'),
            described('Left out: the Region where Tablekeep is deployed.', { uniqueItems: true }),
          ),
      ),
    },
    'write account, regions or both',
  )
  .check(
    z.refine(
      ({ account, regions }) => account !== undefined || regions !== undefined,
      'write account, regions or both',
    ),
    described('An account, its Regions, or both.', { minProperties: 1 }),
  );

export const schedule = z.string('write cron(…), rate(…) or at(…)').check(
  described(
    'When: cron(minutes hours day-of-month month day-of-week year), rate(12 hours) or at(2027-01-31T03:00:00), as EventBridge Scheduler reads them.',
    {
      pattern: '^(cron|rate|at)\\(.+\\)$',
      examples: ['cron(0 3 * * ? *)', 'rate(6 hours)'],
    },
  ),
);

export const timezone = (description: string) =>
  z.exactOptional(
    z.string('write a name of the IANA database, as Europe/Berlin').check(described(description, { default: 'UTC' })),
  );

/** One plan as it is written in plans.yml; rules across its fields are in deploy/plans/rules.ts. */
export const PlanSource = z
  .strictObject(
    {
      schedule,
      timezone: timezone('The zone of the schedule and of the periods of keep, as Europe/Berlin.'),
      tables,
      keep,
      targets: z.exactOptional(
        z
          .array(target, 'write a list of accounts and Regions')
          .check(described('Where. Left out: the account and Region where Tablekeep is deployed.')),
      ),
      deadline: z.exactOptional(
        duration('A backup that is not available this long after the scheduled time has failed. Default 4h.'),
      ),
      startWithin: z.exactOptional(
        duration('A firing that comes later than this is skipped, and said. Default 1h; 1m to 24h.'),
      ),
      overlap: z.exactOptional(
        z.enum(['skip', 'queue'], 'write skip or queue').check(
          described('What a firing does while the run before it is not over: skip it, or queue behind it.', {
            default: 'skip',
          }),
        ),
      ),
      rpo: z.exactOptional(
        duration(
          'A table whose newest backup is older than this is overdue. Left out: overdue when a firing has passed by startWithin and deadline without a backup.',
        ),
      ),
      enabled: z.exactOptional(
        z
          .boolean('write true or false')
          .check(described('false stops the schedule; what was taken stays and is retained.', { default: true })),
      ),
      rate: z.exactOptional(
        z
          .number('write a number of backups per second')
          .check(
            z.minimum(0.1, 'write a number from 0.1 to 49'),
            z.maximum(49, 'write a number from 0.1 to 49; AWS takes 50 CreateBackup calls a second'),
            described(
              'At most so many backups are started per second, in each account and Region. Left out: what the quota allows.',
            ),
          ),
      ),
    },
    'write the fields of a plan below its name: schedule, tables and keep at least',
  )
  .check(described('One plan: which tables, when, for how long.'));
export type PlanSource = z.infer<typeof PlanSource>;
