import { Command } from 'commander';
import type { Table } from '../answers.ts';
import type { Row } from '../lines.ts';
import { all } from '../pages.ts';
import type { Context } from '../program.ts';
import type { Screen } from '../screen.ts';
import { span } from '../times.ts';
import { shown } from '../words.ts';
import { zonesOf } from '../zones.ts';

const examples = `
Examples:
  npx tablekeep status                  what is overdue, and what no plan covers
  npx tablekeep status --all            every table
  npx tablekeep status --json | jq '.tables[] | select(.protections == []) | .name'

Ends with 3 when a table is overdue.`;

type State = 'protected' | 'overdue' | 'waiting' | 'in no plan' | 'opted out';
const worstFirst: State[] = ['overdue', 'in no plan', 'waiting', 'opted out', 'protected'];
const colours = {
  overdue: 'red',
  'in no plan': 'yellow',
  waiting: 'yellow',
  'opted out': 'dim',
  protected: 'green',
} as const;

/** Which tables are protected, which are overdue, which no plan covers. */
export const statusCommand = ({ screen, found, api }: Context): Command =>
  new Command('status')
    .description('which tables are protected, which are overdue, which no plan covers')
    .option('--all', 'every table, not only those that need a look')
    .option('--plan <name>', 'only tables that this plan means')
    .addHelpText('after', examples)
    .action(async (options: { all?: boolean; plan?: string }, command: Command) => {
      const service = await api(command);
      const { rows, page } = await all<Table>(service, '/v1/tables', 'tables', { plan: options.plan });
      const tables = rows.map((table) => ({ ...table, state: stateOf(table) }));
      const counts = Object.fromEntries(
        worstFirst.map((state) => [state, tables.filter((table) => table.state === state).length]),
      );
      screen.json({ asOf: page.asOf, counts, tables });
      const asOf = page.asOf as string | undefined;
      if (asOf === undefined) screen.note('Nothing has been audited yet: the first audit comes within the hour.');
      else
        screen.line(
          `As of the audit at ${shown(asOf)} (${span(Date.now() - Date.parse(asOf))} ago): ${sumOf(counts)}.`,
        );
      const ordered = tables.toSorted((a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state));
      const listed = ordered.filter(({ state }) => options.all || state !== 'protected');
      const zones = await zonesOf(service);
      screen.table(listed.map((table) => rowOf(screen, table, zones)));
      if ((counts.overdue ?? 0) > 0) found('foundWrong');
    });

function stateOf({ isOptedOut, protections }: Table): State {
  if (isOptedOut) return 'opted out';
  const states = protections.map(({ state }) => state);
  return (['overdue', 'waiting', 'protected'] as const).find((state) => states.includes(state)) ?? 'in no plan';
}

const sumOf = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');

type Rated = Table & { state: State };

function rowOf(screen: Screen, { name, account, region, protections, state }: Rated, zones: Map<string, string>): Row {
  const { newestAt, plan = '' } =
    protections.toSorted((a, b) => ((a.newestAt ?? '') < (b.newestAt ?? '') ? 1 : -1))[0] ?? {};
  return {
    state: screen.colour(colours[state], state),
    table: name,
    in: `${account}/${region}`,
    plans: protections.map(({ plan }) => plan).join(', '),
    'newest backup':
      newestAt === undefined
        ? ''
        : `${shown(newestAt, zones.get(plan))}, ${span(Date.now() - Date.parse(newestAt))} old`,
  };
}
