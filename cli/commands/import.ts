import { Command } from 'commander';
import { Stop } from '../exit.ts';
import { begin } from '../follow-task.ts';
import { byHand, gathered, targetOf } from '../options.ts';
import type { Context } from '../program.ts';
import { instantOf } from '../words.ts';

const examples = `
Examples:
  npx tablekeep import daily/orders/chain/01769828405120-2d8752fd --bucket our-archive --to orders-2026
  npx tablekeep import orders/AWSDynamoDB/01769828405120-2d8752fd --bucket our-archive --to orders-copy --key id:S
  npx tablekeep import … --to orders-copy --in 210987654321/eu-central-1 --dry-run`;

interface Options {
  bucket: string;
  to: string;
  increment?: string[];
  until?: string;
  key?: string;
  sortKey?: string;
  in?: string;
  reason: string;
  dryRun?: boolean;
  watch?: boolean;
}

/** Files in S3 become a table. */
export const importCommand = (context: Context): Command =>
  new Command('import')
    .description('make a new table of a full export and the windows that follow on it')
    .argument('<export>', "the export's folder in the bucket, or that of a chain")
    .requiredOption('--bucket <name>', 'a bucket of the deployment')
    .requiredOption('--to <table>', 'the name of the new table')
    .option('--increment <folder>', 'an incremental export that follows; give it for each', gathered)
    .option('--until <time>', 'leave out windows that end later')
    .option('--key <name:type>', 'the partition key, when nothing is known of the table')
    .option('--sort-key <name:type>', 'and its sort key')
    .option('--in <account/region>', 'where the new table shall be; where the service is by default')
    .option('--reason <text>', 'what the table is for: it is kept with the task', byHand)
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--watch', 'show how far it is, until it has ended')
    .addHelpText('after', examples)
    .action(async (folder: string, options: Options, command: Command) => {
      const { bucket, to, increment, until, key, sortKey, reason } = options;
      const body = {
        source: {
          ...{ bucket, export: folder },
          ...(increment && { increments: increment }),
          ...(until !== undefined && { until: instantOf('--until', until) }),
        },
        target: {
          tableName: to,
          ...(options.in !== undefined && targetOf('--in', options.in)),
          ...(key !== undefined && { partitionKey: keyOf('--key', key) }),
          ...(sortKey !== undefined && { sortKey: keyOf('--sort-key', sortKey) }),
        },
        reason,
      };
      await begin(context, await context.api(command), '/v1/imports', body, options);
    });

function keyOf(option: string, text: string): { name: string; type: string } {
  const cut = text.lastIndexOf(':');
  if (cut > 0) return { name: text.slice(0, cut), type: text.slice(cut + 1) };
  throw new Stop('notUnderstood', `${option} ${text} is not understood; write name:type, as id:S.`);
}
