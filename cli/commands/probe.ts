import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { Stop } from '../exit.ts';
import type { Measured } from '../probe.ts';
import type { Context } from '../program.ts';

/** Together, with what is taken away again. */
const mostCalls = 50;

const examples = `
It makes one empty table, backs it up twelve times at once, and takes everything away again: at most ${mostCalls} calls.
Runs that go on meanwhile share the quota with it.
Example:
  npx tablekeep probe --region eu-central-1 --yes`;

/** Measures the account as the quotas and the watcher meet it. */
export const probeCommand = ({ screen, connection }: Context): Command =>
  new Command('probe')
    .description("measure the account's real burst, latency, list lag and completion times")
    .option('--yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async ({ yes }: { yes?: boolean }, command: Command) => {
      const { clients, region } = await connection(command);
      const table = `tablekeep-probe-${randomBytes(4).toString('hex')}`;
      screen.note(
        `This makes the table ${table} in ${region}, twelve backups of it, and deletes all of them: at most ${mostCalls} calls.`,
      );
      if (!yes) {
        if (!screen.isTerminal) throw new Stop('notUnderstood', 'There is nobody to ask; give --yes if this is meant.');
        if (!/^y(es)?$/i.test(await screen.ask('Go on? [y/N] '))) throw new Stop('refused', 'Nothing was done.');
      }
      const { measure } = await import('../probe.ts');
      const measured = await measure(clients, table, (text) => screen.progress(text));
      screen.json(measured);
      screen.table(rowsOf(measured));
      screen.line('As parameters of the local AWS (local/dynamodb/options.ts):');
      screen.line(`  ${JSON.stringify(measured.parameters)}`);
      for (const left of measured.left) screen.note(`Not taken away: ${left}. Delete it by hand.`);
    });

const rowsOf = ({ calls, accepted, throttled, latencyMs, listLagMs, completionMs }: Measured) => [
  { figure: 'calls', value: String(calls) },
  { figure: 'CreateBackup at once', value: `${accepted} taken, ${throttled} throttled` },
  { figure: 'latency of CreateBackup, ms', value: spread(latencyMs) },
  { figure: 'until ListBackups shows it, ms', value: spread(listLagMs) },
  { figure: 'until AVAILABLE, ms', value: spread(completionMs) },
];

function spread(values: number[]): string {
  if (values.length === 0) return 'none seen';
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[0]} to ${sorted.at(-1)}, median ${sorted[Math.floor(sorted.length / 2)]}`;
}
