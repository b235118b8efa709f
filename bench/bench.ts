import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Figure, isMet, markdown, tableOf } from './figure.ts';
import { runOf, type Section, sentenceOf, writeResults } from './results.ts';

/*
 * The figures: `npm run bench`, `npm run -s bench -- --json`, `npm run bench -- --only share,deletes`.
 * Each part runs in a process of its own. What is counted and missed fails the bench; times do not. A whole run writes
 * bench/results.md, and with `--keep` so do single parts; other sections stay, those of other commands too.
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
  note: string;
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
  process.stdout.write(`\n${JSON.stringify(part === 'strategies' ? await compared() : await measured(part))}`);
}

async function measured(part: string): Promise<{ figures: Figure[] }> {
  const { measure } = (await import(`./parts/${part}.ts`)) as { measure(): Promise<Figure[]> };
  return { figures: await measure() };
}

async function compared(): Promise<Strategies> {
  const { note, sideBySide } = await import('./parts/strategies.ts');
  return { rows: await sideBySide(), note };
}

const strategyTable = ({ rows, note }: Strategies): string => {
  const heads = Object.keys(rows[0] ?? {});
  const table = markdown(
    heads,
    rows.map((row) => heads.map((head) => String(row[head]))),
  );
  return `${table}\n\n${note}`;
};

async function main(only: string[] | undefined, { json, keep }: { json: boolean; keep: boolean }): Promise<void> {
  const say = (text: string) => {
    if (!json) console.log(text);
  };
  const wanted = Object.keys(parts).filter((part) => only?.includes(part) ?? true) as Part[];
  const startedAt = new Date();
  const sections: Section[] = [];
  const figures: Figure[] = [];
  const add = (title: string, text: string) => {
    sections.push({ title, text });
    say(`\n## ${title}\n\n${text}`);
  };
  for (const part of wanted) {
    const { figures: some } = await inProcessOfItsOwn<{ figures: Figure[] }>(part);
    figures.push(...some);
    add(parts[part], tableOf(some));
  }
  const strategies =
    (only?.includes('strategies') ?? true) ? await inProcessOfItsOwn<Strategies>('strategies') : { rows: [], note: '' };
  if (strategies.rows.length > 0) {
    add(
      'Side by side: 500 tables, the same local AWS (virtual clock, each call takes 100 ms)',
      strategyTable(strategies),
    );
  }
  const missed = figures.filter((figure) => figure.isExact && !isMet(figure));
  const run = runOf(startedAt);
  if (json) console.log(JSON.stringify({ ...run, figures, strategies: strategies.rows }));
  const measuredOn = sentenceOf(run);
  if (only === undefined) writeResults(sections, topOf(measuredOn));
  else if (keep)
    writeResults(sections.map(({ title, text }) => ({ title, text: `By itself on ${measuredOn}.\n\n${text}` })));
  for (const { figure } of missed) say(`missed: ${figure}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

const topOf = (measuredOn: string): string =>
  [
    '# Results',
    `\`npm run bench\` on ${measuredOn}.`,
    'On the virtual clock the real handlers and SDK clients run against `local/`, which refuses what AWS documents that it refuses: 50 CreateBackup a second with a burst of 10, 10 DeleteBackup, 5 ListBackups. These figures say what the service does under that model, not what AWS will do. Times on the real clock depend on the machine and on what else it does.',
  ].join('\n\n');

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    only: { type: 'string' },
    part: { type: 'string' },
  },
});
if (values.part !== undefined) await runPart(values.part);
else await main(values.only?.split(','), values);
