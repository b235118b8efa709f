import * as z from 'zod/mini';
import { described, duration, schedule, tables, target, timezone } from './definition.ts';

/** What a prefix may have in braces; `{date}` is the day of a full export, and a chain stays where it began. */
export const prefixWords = ['plan', 'table', 'date', 'account', 'region'] as const;

/** One entry of `exports` as it is written in plans.yml; rules across its fields are in deploy/plans/export-rules.ts. */
export const ExportsSource = z
  .strictObject(
    {
      schedule,
      timezone: timezone('The zone of the schedule, and of the date in prefix, as Europe/Berlin.'),
      tables,
      bucket: z
        .string('write the name of a bucket')
        .check(
          z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'write the name of a bucket: 3 to 63 of a-z, 0-9, . and -'),
          described('Where the files go. The parameter exportBuckets must allow it.'),
        ),
      prefix: z.exactOptional(
        z
          .string('write the beginning of the keys, as in exports/{plan}/{table}')
          .check(
            z.regex(
              /^(?!\/)([\w!.*'()/=-]|\{[a-z]+\})+$/,
              "write letters, digits and / ! - _ . * ' ( ) =, and words in braces, but no / at the beginning, as in exports/{plan}/{table}",
            ),
            described(
              `What the keys begin with. In braces: ${prefixWords.join(', ')}. The date is that of the full export.`,
              { default: '{plan}/{table}/{date}', examples: ['exports/{plan}/{table}', 'table={table}/date={date}'] },
            ),
          ),
      ),
      format: z.exactOptional(
        z
          .enum(['DYNAMODB_JSON', 'ION'], 'write DYNAMODB_JSON or ION')
          .check(described('Of the files.', { default: 'DYNAMODB_JSON' })),
      ),
      mode: z
        .enum(['full', 'incremental'], 'write full or incremental')
        .check(
          described(
            'full: all items at each firing. incremental: all items once, then at each firing what has changed since, without a gap.',
          ),
        ),
      view: z.exactOptional(
        z
          .enum(['NEW_IMAGE', 'NEW_AND_OLD_IMAGES'], 'write NEW_IMAGE or NEW_AND_OLD_IMAGES')
          .check(described('What an incremental export says of a changed item.', { default: 'NEW_AND_OLD_IMAGES' })),
      ),
      targets: z.exactOptional(
        z
          .array(target, 'write a list of accounts and Regions')
          .check(described('Where. Left out: the account and Region where Tablekeep is deployed.')),
      ),
      rpo: z.exactOptional(
        duration(
          'A table whose exports end longer ago than this is overdue. Left out: overdue when a firing has brought nothing for 4h.',
        ),
      ),
      enabled: z.exactOptional(
        z
          .boolean('write true or false')
          .check(described('false stops the schedule; what was exported stays.', { default: true })),
      ),
    },
    'write the fields of the exports below their name: schedule, tables, bucket and mode at least',
  )
  .check(described('Exports on schedule: which tables, when, to which bucket.'));
export type ExportsSource = z.infer<typeof ExportsSource>;
