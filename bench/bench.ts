import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Figure, isMet, markdown, tableOf } from './figure.ts';

/*
 * The figures: `npm run bench`, `npm run bench -- --json`, `npm run bench -- --only share,deletes`.
 * Each part runs in a process of its own. What is counted and missed fails the bench; times do not. A whole run writes
 * bench/results.md.
 */

const parts = {
  share: 'The quota of CreateBackup while work is waiting',
  night: 'A night of 10,000 tables',
  real: 'A night of 1,000 tables on the real clock',
  deletes: 'Deletes',
  idle: 'An idle month',
  bundles: 'Bundles and cold starts',
  growth: 'Plans, selection and retention',
} as const;
type Part = keyof typeof parts;

interface Strategies {
  rows: Record<string, string | number>[];
}

/** What a part's process gives. */
async function inProcessOfItsOwn<Result>(part: string): Promise<Result> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-semi-space-size=64', fileURLToPath(import.meta.url), '--part', part],
    { maxBuffer: 64 * 2 ** 20 },
  );
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as Result;
}

async function runPart(part: string): Promise<void> {
  const result =
    part === 'strategies'
      ? { rows: await (await import('./parts/strategies.ts')).sideBySide() }
      : { figures: await ((await import(`./parts/${part}.ts`)) as { measure(): Promise<Figure[]> }).measure() };
  process.stdout.write(`\n${JSON.stringify(result)}`);
}

const machine = () => ({
  processor: `${cpus()[0]?.model ?? 'unknown'} × ${availableParallelism()}`,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  load: loadavg().map((load) => Math.round(load * 10) / 10),
});

const strategyTable = ({ rows }: Strategies): string => {
  const heads = Object.keys(rows[0] ?? {});
  return markdown(
    heads,
    rows.map((row) => heads.map((head) => String(row[head]))),
  );
};

async function main(only: string[] | undefined, json: boolean): Promise<void> {
  const say = (text: string) => {
    if (!json) console.log(text);
  };
  const wanted = Object.keys(parts).filter((part) => only?.includes(part) ?? true) as Part[];
  const startedAt = new Date();
  const sections: string[] = [];
  const figures: Figure[] = [];
  const add = (title: string, table: string) => {
    sections.push(`## ${title}\n\n${table}\n`);
    say(`\n## ${title}\n\n${table}`);
  };
  for (const part of wanted) {
    const { figures: some } = await inProcessOfItsOwn<{ figures: Figure[] }>(part);
    figures.push(...some);
    add(parts[part], tableOf(some));
  }
  const strategies =
    (only?.includes('strategies') ?? true) ? await inProcessOfItsOwn<Strategies>('strategies') : { rows: [] };
  if (strategies.rows.length > 0) {
    add(
      'Side by side: 500 tables, the same local AWS (virtual clock, each call takes 100 ms)',
      strategyTable(strategies),
    );
  }
  const missed = figures.filter((figure) => figure.isExact && !isMet(figure));
  const run = { at: startedAt.toISOString(), machine: machine() };
  if (json) console.log(JSON.stringify({ ...run, figures, strategies: strategies.rows }));
  if (only === undefined) writeFileSync(new URL('results.md', import.meta.url), resultsOf(run, sections));
  for (const { figure } of missed) say(`missed: ${figure}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

function resultsOf(
  { at, machine: { processor, memoryGb, node, load } }: { at: string; machine: ReturnType<typeof machine> },
  sections: string[],
) {
  const where = `${processor}, ${memoryGb} GB, Node.js ${node}, load ${load.join(' ')} at the end`;
  return [
    '# Results',
    `\`npm run bench\` on ${at.slice(0, 16).replace('T', ' ')} UTC: ${where}.`,
    'On the virtual clock the real handlers and SDK clients run against `local/`, which refuses what AWS documents that it refuses: 50 CreateBackup a second with a burst of 10, 10 DeleteBackup, 5 ListBackups. These figures say what the service does under that model, not what AWS will do. Times on the real clock depend on the machine and on what else it does.',
    ...sections,
  ].join('\n\n');
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, part: { type: 'string' } },
});
if (values.part !== undefined) await runPart(values.part);
else await main(values.only?.split(','), values.json);
