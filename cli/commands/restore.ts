import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Backup } from '../answers.ts';
import type { Api } from '../api.ts';
import { Stop } from '../exit.ts';
import { begin } from '../follow-task.ts';
import { byHand, targetOf } from '../options.ts';
import type { Context } from '../program.ts';
import { instantOf } from '../words.ts';

const examples = `
Examples:
  npx tablekeep restore orders --latest                        the table is gone: bring it back under its name
  npx tablekeep restore orders --at 2027-01-31T02:00:00Z --to orders-before --watch
  npx tablekeep restore orders --backup 5f0c2d1e-… --to orders-copy --dry-run
  npx tablekeep restore orders --latest --to orders-copy --settings changes.json

Nothing is ever overwritten: while the table lives, give another name with --to.
--settings takes a JSON file with members of target in Restore Requested, as {"tags": null, "deletionProtection": true}.`;

interface Options {
  latest?: boolean;
  at?: string;
  backup?: string;
  before?: string;
  tableId?: string;
  to?: string;
  in?: string;
  settings?: string;
  count?: boolean;
  reason: string;
  dryRun?: boolean;
  watch?: boolean;
}

/** A table comes back. */
export const restoreCommand = (context: Context): Command =>
  new Command('restore')
    .description('bring a table back, with everything it had')
    .argument('<table>', 'its name')
    .option('--latest', 'from its newest backup (the default)')
    .option('--before <time>', 'from the newest backup made before that')
    .option('--at <time>', 'as it was at that time: point-in-time recovery; "latest" for the newest that AWS has')
    .option('--backup <backup>', 'from this one: its id, or its ARN')
    .option('--table-id <id>', 'which of several tables that had the name')
    .option('--to <table>', 'the name of the new table; the same by default')
    .option('--in <account/region>', 'where the table is or was; where the service is by default')
    .option('--settings <file>', 'what shall be other than it was')
    .option('--count', 'read the whole new table and count its items')
    .option('--reason <text>', 'why: it is kept with the task', byHand)
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--watch', 'show how far it is, until it has ended')
    .addHelpText('after', examples)
    .action(async (table: string, options: Options, command: Command) => {
      const { backup, settings, to, count, reason } = options;
      const source = sourceOf(table, options);
      const target = { ...(settings !== undefined && settingsIn(settings)), tableName: to ?? table };
      const service = await context.api(command);
      const body = {
        source: backup === undefined ? source : await ofBackup(service, backup, table),
        ...{ target, reason },
        ...(count && { verify: { count: true } }),
      };
      await begin(context, service, '/v1/restores', body, options);
    });

function sourceOf(table: string, options: Options): object {
  const { latest, at, backup, before, tableId } = options;
  const chosen = Object.entries({ '--latest': latest, '--at': at, '--backup': backup, '--before': before });
  const given = chosen.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.length > 1)
    throw new Stop('notUnderstood', `${given.join(' and ')} say different things; give one of them.`);
  const of = {
    table,
    ...(tableId !== undefined && { tableId }),
    ...(options.in !== undefined && targetOf('--in', options.in)),
  };
  if (at === 'latest') return { ...of, pointInTime: { latest: true } };
  if (at !== undefined) return { ...of, pointInTime: { at: instantOf('--at', at) } };
  if (before !== undefined) return { ...of, before: instantOf('--before', before) };
  return { ...of, latest: true };
}

async function ofBackup(api: Api, id: string, table: string): Promise<object> {
  if (id.startsWith('arn:')) return { backupArn: id };
  const found = await api.get<Backup>(`/v1/backups/${encodeURIComponent(id)}`);
  const { backupId, backupArn, isDuplicate, table: its } = found;
  if (its !== table)
    throw new Stop('refused', `This is a backup of ${its}, not of ${table}; give the right one, or the right table.`);
  return isDuplicate && backupArn !== undefined ? { backupArn } : { backupId };
}

function settingsIn(file: string): object {
  try {
    const settings: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return settings;
  } catch (error) {
    throw new Stop('notUnderstood', `--settings ${file} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  throw new Stop('notUnderstood', `--settings ${file} holds no JSON object; write one, as {"tags": null}.`);
}
