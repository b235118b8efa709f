import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { FactSeen } from './facts.ts';
import { columns } from './screen.ts';
import type { Administrator, Deployed } from './stage.ts';

/** The facts so far, in the order in which they were told. */
export interface Told {
  facts: FactSeen[];
}

/** A verdict as apply-retention answers it when it only says what it would do. */
export interface Verdict {
  table: string;
  backupName: string;
  createdAt: string;
  keptBy: string[];
  expiredBecause?: string;
}

interface OfNight {
  admin: Administrator;
  deployed: Deployed;
  told: Told;
  number: number;
  firedAt: number;
  notes: (string | undefined)[];
}

/** What a night came to, in lines: what was planned, taken, completed, failed and deleted, and what is kept and why. */
export async function night({ admin, deployed, told, number, firedAt, notes }: OfNight): Promise<string[]> {
  const facts = told.facts.filter(({ at }) => at >= firedAt);
  const ran = facts.find(({ type }) => type === 'Run Completed')?.detail ?? {};
  const completed = facts.filter(({ type }) => type === 'Backup Completed').length;
  const deleted = facts.filter(({ type }) => type === 'Backup Deleted');
  const troubles = facts.filter(({ type }) => ['Backup Failed', 'Backup At Risk', 'Backup Skipped'].includes(type));
  const verdicts = await verdictsOf(admin, deployed);

  return [
    '',
    `Night ${number}, ${new Date(firedAt).toUTCString().slice(0, 16)}`,
    ...notes.flatMap((note) => (note === undefined ? [] : [`  beforehand or meanwhile: ${note}`])),
    `  planned ${ran.tables}, taken ${completed}, completed ${ran.completed}, failed ${ran.failed}, skipped ${ran.skipped}, deleted ${deleted.length}, in ${ran.seconds} s`,
    ...troubles.map(({ type, detail }) => `  ${type}: ${detail.sentence}`),
    ...deleted.map(
      ({ detail }) => `  deleted: ${detail.table} of ${String(detail.createdAt).slice(0, 10)}, ${detail.reason}`,
    ),
    ...keptLines(verdicts),
  ];
}

/** Per table, the day of each backup that is kept and the rules that keep it. */
function keptLines(verdicts: Verdict[]): string[] {
  const tables = Map.groupBy(verdicts, ({ table }) => table);
  const rows = [...tables]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([table, ofTable]) => [
      `  ${table}`,
      ofTable.length,
      ofTable
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
        .map(
          ({ createdAt, keptBy, expiredBecause }) =>
            `${createdAt.slice(5, 10)} ${keptBy.join(' + ') || expiredBecause}`,
        )
        .join(' | '),
    ]);
  return columns(rows);
}

/** What apply-retention would do now: asked by hand, as with `serverless invoke`. */
export async function verdictsOf({ lambda }: Administrator, { functionName }: Deployed): Promise<Verdict[]> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({
      FunctionName: functionName('apply-retention'),
      Payload: JSON.stringify({ plan: 'nightly', dryRun: true }),
    }),
  );
  const text = Payload?.transformToString() ?? '';
  if (FunctionError) throw new Error(`apply-retention failed: ${text}`);
  return (JSON.parse(text) as { verdicts: Verdict[] }[]).flatMap(({ verdicts }) => verdicts);
}
