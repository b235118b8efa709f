import { Command } from 'commander';
import type { Backup } from '../answers.ts';
import type { Api } from '../api.ts';
import { Stop } from '../exit.ts';
import type { Row } from '../lines.ts';
import { all } from '../pages.ts';
import type { Context } from '../program.ts';
import { bytes, counted, shown } from '../words.ts';
import { zonesOf } from '../zones.ts';

const examples = `
Examples:
  npx tablekeep backups                     the newest of all tables
  npx tablekeep backups orders              of one table, also when it was deleted
  npx tablekeep backups orders --limit 500 --json`;

/** Backups that are there. */
export const backupsCommand = ({ screen, api }: Context): Command =>
  new Command('backups')
    .description('list backups, newest first, of all tables or of one')
    .argument('[table]', 'its name; tables that were deleted are found, too')
    .option('--limit <number>', 'so many at most', '20')
    .addHelpText('after', examples)
    .action(async (table: string | undefined, options: { limit: string }, command: Command) => {
      const most = numberOf('--limit', options.limit);
      const service = await api(command);
      const backups = table === undefined ? await newest(service, most) : await ofTable(service, table, most);
      screen.json({ backups });
      if (backups.length === 0)
        screen.line(table === undefined ? 'There is no backup yet.' : `There is no backup of ${table}.`);
      const zones = await zonesOf(service);
      screen.table(
        backups.map((backup) => rowOf(backup, zones.get(backup.plan))),
        ['size'],
      );
    });

async function newest(api: Api, most: number): Promise<Backup[]> {
  return (await all<Backup>(api, '/v1/backups', 'backups', {}, most)).rows;
}

/** Of all tables that have or had the name. */
export async function ofTable(api: Api, name: string, most: number): Promise<Backup[]> {
  const { tables } = await api.get<{ tables: { tableId: string }[] }>('/v1/backed-up-tables', { name });
  const lists = await Promise.all(
    tables.map(({ tableId }) => all<Backup>(api, '/v1/backups', 'backups', { tableId }, most)),
  );
  return lists
    .flatMap(({ rows }) => rows)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .slice(0, most);
}

function rowOf(backup: Backup, zone?: string): Row {
  const { id, table, createdAt, state, sizeBytes, plan, account, region, hold, pins, isDuplicate } = backup;
  const notes = [
    ...(hold ? [`held by ${hold.by}: ${hold.reason}`] : []),
    ...(pins ? [`needed by ${counted(pins.length, 'task')}`] : []),
    ...(isDuplicate ? ['second of its run'] : []),
  ];
  return {
    id,
    table,
    made: shown(createdAt, zone),
    state,
    size: bytes(sizeBytes),
    plan,
    in: `${account}/${region}`,
    notes: notes.join('; '),
  };
}

/** @throws Stop unless it is a whole number from 1 to 10,000. */
export function numberOf(option: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 10_000) return Number(text);
  throw new Stop('notUnderstood', `${option} ${text} is not understood; write a whole number from 1 to 10000.`);
}
