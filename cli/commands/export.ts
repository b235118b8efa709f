import { Command } from 'commander';
import { Stop } from '../exit.ts';
import { begin } from '../follow-task.ts';
import { byHand, targetOf } from '../options.ts';
import type { Context } from '../program.ts';
import { instantOf } from '../words.ts';

const examples = `
Examples:
  npx tablekeep export orders --bucket our-archive --prefix daily/orders --watch
  npx tablekeep export orders --bucket our-archive --from 2027-01-30T02:00:00Z --until 2027-01-31T02:00:00Z
  npx tablekeep export orders --bucket our-archive --format ION --verify --dry-run

The buckets are those of the deployment's parameter exportBuckets.`;

interface Options {
  bucket: string;
  prefix?: string;
  format?: string;
  at?: string;
  from?: string;
  until?: string;
  view?: string;
  key?: string;
  in?: string;
  enableRecovery?: boolean;
  verify?: boolean;
  reason: string;
  dryRun?: boolean;
  watch?: boolean;
}

/** A table to S3. */
export const exportCommand = (context: Context): Command =>
  new Command('export')
    .description('write a table to S3: all items at an instant, or what became of them in a window')
    .argument('<table>', 'its name')
    .requiredOption('--bucket <name>', 'a bucket of the deployment')
    .option('--prefix <prefix>', 'the folder in it')
    .option('--format <format>', 'DYNAMODB_JSON or ION')
    .option('--at <time>', 'all items as they were then; now by default')
    .option('--from <time>', 'the window of an incremental export begins')
    .option('--until <time>', 'and ends: 15 minutes to 24 hours later')
    .option('--view <view>', 'NEW_IMAGE or NEW_AND_OLD_IMAGES, of an incremental export')
    .option('--key <key>', 'encrypt the files with this key of KMS')
    .option('--in <account/region>', 'where the table is; where the service is by default')
    .option('--enable-recovery', 'switch point-in-time recovery on if it is off; it stays on, and costs')
    .option('--verify', 'read all files back and compare them with the manifests')
    .option('--reason <text>', 'why: it is kept with the task', byHand)
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--watch', 'show how far it is, until it has ended')
    .addHelpText('after', examples)
    .action(async (table: string, options: Options, command: Command) => {
      const { bucket, prefix, format, at, view, key, enableRecovery, verify, reason } = options;
      const window = windowOf(options);
      const body = {
        source: { table, ...(options.in !== undefined && targetOf('--in', options.in)) },
        destination: {
          bucket,
          ...(prefix !== undefined && { prefix }),
          ...(key !== undefined && { encryption: { type: 'KMS', keyArn: key } }),
        },
        ...(format !== undefined && { format }),
        ...(at !== undefined && { exportTime: instantOf('--at', at) }),
        ...(window && { type: 'incremental', window }),
        ...(view !== undefined && { view }),
        ...(enableRecovery && { enablePointInTimeRecovery: true }),
        ...(verify && { verify: true }),
        reason,
      };
      await begin(context, await context.api(command), '/v1/exports', body, options);
    });

function windowOf({ from, until }: Options): { from: string; until: string } | undefined {
  if (from === undefined && until === undefined) return undefined;
  if (from !== undefined && until !== undefined) {
    return { from: instantOf('--from', from), until: instantOf('--until', until) };
  }
  throw new Stop('notUnderstood', 'A window has both --from and --until.');
}
