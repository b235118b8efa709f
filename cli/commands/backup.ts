import { Command } from 'commander';
import { followRun, printRun } from '../follow-run.ts';
import { byHand, targetOf } from '../options.ts';
import type { Context } from '../program.ts';
import { counted, instantOf } from '../words.ts';

const examples = `
Examples:
  npx tablekeep backup orders customers --reason "before release 41" --watch
  npx tablekeep backup orders --expires-at 2027-03-01T00:00:00Z
  npx tablekeep backup orders --in 210987654321/eu-central-1

Without --expires-at these backups stay until somebody deletes them.`;

interface Options {
  reason: string;
  expiresAt?: string;
  in?: string;
  watch?: boolean;
}

/** Some tables, now. */
export const backupCommand = ({ screen, found, api }: Context): Command =>
  new Command('backup')
    .description('back up tables now')
    .argument('<table...>', 'their names')
    .option('--reason <text>', 'why: it is kept with them', byHand)
    .option('--expires-at <time>', 'when retention may delete them')
    .option('--in <account/region>', 'one of the targets of the deployment; where the service is by default')
    .option('--watch', 'show how far it is, until it has ended')
    .addHelpText('after', examples)
    .action(async (tables: string[], options: Options, command: Command) => {
      const { reason, expiresAt, watch } = options;
      const body = {
        ...{ tables, reason },
        ...(expiresAt !== undefined && { expiresAt: instantOf('--expires-at', expiresAt) }),
        ...(options.in !== undefined && { target: targetOf('--in', options.in) }),
      };
      const service = await api(command);
      const asked = await service.post<{ requestId: string; runs: string[] }>('/v1/backups', body);
      const [id = ''] = asked.runs;
      if (!watch) {
        screen.json(asked);
        screen.line(`Asked for: ${counted(tables.length, 'table')} in the run ${id}.`);
        screen.note(`See it with: ${service.again(`runs ${id}`)}`);
        return;
      }
      const followed = await followRun(service, screen, id);
      screen.json({ ...asked, ...followed });
      printRun(screen, followed);
      const { completed = 0 } = followed.run.outcome ?? {};
      if (completed < new Set(tables).size) found('failed');
    });
