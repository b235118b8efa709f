import type { PlanSource } from '../../shared/plans/definition.ts';
import { service } from '../support/service.ts';
import { type Local, type LocalOptions, local } from '../support/world.ts';

export type Service = ReturnType<typeof service>;

/** A plan over tables whose names begin with `orders-`. */
export const nightly: PlanSource = {
  schedule: 'cron(0 2 * * ? *)',
  tables: { include: ['orders-*'] },
  keep: { daily: 7 },
};

/** A local AWS with that many tables of the plan, all of them ready to be backed up. */
export async function withTables(tables: number, options: LocalOptions = {}): Promise<Local> {
  const here = await local({ plans: { nightly }, ...options });
  for (let n = 0; n < tables; n++) await here.createTable(`orders-${String(n).padStart(4, '0')}`);
  await here.clock.run(here.clock.now() + 10_000);
  return here;
}

let open: Local | undefined;

/** The same, and the functions of a run as the deployment wires them; closed by `close`. */
export async function start(tables = 2, options: LocalOptions = {}) {
  const here = await withTables(tables, options);
  open = here;
  return { here, functions: service(here) };
}

export function close(): void {
  open?.close();
  open = undefined;
}

export const seconds = (here: Local, n: number) => here.clock.run(here.clock.now() + n * 1000);

export interface AtAws {
  BackupArn: string;
  BackupName: string;
  TableName: string;
  TableId: string;
  BackupStatus: string;
}

/** All user backups of a target. */
export async function backupsAtAws(here: Local, at = {}): Promise<AtAws[]> {
  const all: AtAws[] = [];
  let after: string | undefined;
  do {
    const page: { BackupSummaries: AtAws[]; LastEvaluatedBackupArn?: string } = await here.call(
      'ListBackups',
      after === undefined ? {} : { ExclusiveStartBackupArn: after },
      at,
    );
    all.push(...page.BackupSummaries);
    // ListBackups has a quota, too.
    await here.clock.run(here.clock.now() + 250);
    after = page.LastEvaluatedBackupArn;
  } while (after !== undefined);
  return all;
}

/** How often each (run, table) has a backup, and how each table's end was told, by the distinct ids of the events. */
export async function verdict(here: Local, functions: Service) {
  const backups = await backupsAtAws(here);
  const perTable = new Map<string, number>();
  for (const { BackupName, TableId } of backups) {
    const key = `${BackupName}/${TableId}`;
    perTable.set(key, (perTable.get(key) ?? 0) + 1);
  }
  const idsOf = (type: string) => new Set(functions.factsOf(type).map(({ detail }) => detail.id)).size;
  return {
    backups: backups.length,
    doubled: [...perTable.values()].filter((count) => count > 1).length,
    completed: idsOf('Backup Completed'),
    failed: idsOf('Backup Failed'),
    skipped: idsOf('Backup Skipped'),
    runs: idsOf('Run Completed'),
  };
}
