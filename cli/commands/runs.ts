import { Command } from 'commander';
import type { Run, TableOfRun } from '../answers.ts';
import { Stop } from '../exit.ts';
import { followRun, printRun, runPath } from '../follow-run.ts';
import { byHand } from '../options.ts';
import { all } from '../pages.ts';
import type { Context } from '../program.ts';
import { span } from '../times.ts';
import { shown } from '../words.ts';
import { zonesOf } from '../zones.ts';
import { numberOf } from './backups.ts';

const examples = `
Examples:
  npx tablekeep runs --plan nightly --limit 7
  npx tablekeep runs 123456789012/us-east-1/nightly/20270131T020000Z
  npx tablekeep runs 123456789012/us-east-1/nightly/20270131T020000Z --watch`;

interface Options {
  plan?: string;
  limit: string;
  watch?: boolean;
}

/** What ran, and how it ended. */
export const runsCommand = ({ screen, found, api }: Context): Command =>
  new Command('runs')
    .description('list runs, newest first, or show the tables of one')
    .argument('[run]', 'its id')
    .option('--plan <name>', 'only those of this plan')
    .option('--limit <number>', 'so many at most', '20')
    .option('--watch', 'show how far it is, until it has ended')
    .addHelpText('after', examples)
    .action(async (id: string | undefined, options: Options, command: Command) => {
      if (options.watch && id === undefined) throw new Stop('notUnderstood', '--watch needs the id of a run.');
      const path = id === undefined ? undefined : runPath(id);
      const service = await api(command);
      if (id !== undefined && path !== undefined) {
        const run = await service.get<Run>(path);
        const { rows: tables } = await all<TableOfRun>(service, `${path}/tables`, 'tables');
        const shown = options.watch ? await followRun(service, screen, id) : { run, tables };
        screen.json(shown);
        printRun(screen, shown);
        if (options.watch && !isGood(shown.run)) found('failed');
        return;
      }
      const most = numberOf('--limit', options.limit);
      const { rows: runs } = await all<Run>(service, '/v1/runs', 'runs', { plan: options.plan }, most);
      screen.json({ runs });
      if (runs.length === 0) screen.line('Nothing has run yet.');
      const zones = await zonesOf(service);
      screen.table(
        runs.map((run) => rowOf(run, zones.get(run.plan))),
        ['completed', 'failed', 'skipped'],
      );
    });

/** Every table that was selected has a backup, or is gone. */
const isGood = ({ state, outcome }: Run) => state === 'COMPLETED' && (outcome?.failed ?? 0) === 0;

function rowOf({ id, plan, state, scheduledAt, startedAt, endedAt, outcome, skipped, reason }: Run, zone?: string) {
  return {
    scheduled: shown(scheduledAt, zone),
    plan,
    state: skipped === undefined ? state : `${state} (${skipped})`,
    completed: String(outcome?.completed ?? ''),
    failed: String(outcome?.failed ?? ''),
    skipped: String(outcome?.skipped ?? ''),
    took: startedAt && endedAt ? span(Date.parse(endedAt) - Date.parse(startedAt)) : '',
    reason: reason ?? '',
    run: id,
  };
}

/** A plan, now. */
export const runCommand = ({ screen, found, api }: Context): Command =>
  new Command('run')
    .description('run a plan now')
    .argument('<plan>', 'its name in plans.yml')
    .option('--reason <text>', 'why: it is kept with the run', byHand)
    .option('--watch', 'show how far it is, until it has ended')
    .addHelpText('after', '\nExample:\n  npx tablekeep run nightly --watch')
    .action(async (plan: string, { reason, watch }: { reason: string; watch?: boolean }, command: Command) => {
      const service = await api(command);
      const asked = await service.post<{ runs: string[] }>('/v1/runs', { plan, reason });
      if (!watch) {
        screen.json(asked);
        for (const id of asked.runs) screen.line(`Asked for: ${id}`);
        return;
      }
      const ended = [];
      for (const id of asked.runs) ended.push(await followRun(service, screen, id));
      screen.json({ runs: ended });
      for (const followed of ended) printRun(screen, followed);
      if (!ended.every(({ run }) => isGood(run))) found('failed');
    });

/** A run that has not begun. */
export const cancelCommand = ({ screen, api }: Context): Command =>
  new Command('cancel')
    .description('cancel a run that has not begun')
    .argument('<run>', 'its id')
    .option('--reason <text>', 'why: it is kept with the run', byHand)
    .addHelpText(
      'after',
      '\nExample:\n  npx tablekeep cancel 123456789012/us-east-1/nightly/20270131T020000Z --reason "maintenance"',
    )
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      const path = runPath(id);
      const asked = await (await api(command)).post<object>(`${path}/cancel`, { reason });
      screen.json(asked);
      screen.line(`Asked for: ${id} is not to begin.`);
    });
