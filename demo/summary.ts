import type { WholeAws } from '../local/services.ts';
import { type Told, verdictsOf } from './night.ts';
import type { Administrator, Deployed } from './stage.ts';
import { lookAround } from './week.ts';

/** What `npm run demo -- --json` ends with. */
export interface Numbers {
  nights: number;
  /** That live at the end, the catalog not counted. */
  tables: number;
  backupsCompleted: number;
  backupsFailed: number;
  /** Backups at AWS beyond the first of the same run and table. */
  duplicates: number;
  deleted: number;
  /** Of our own, at AWS. */
  kept: number;
  /** CreateBackup and DeleteBackup calls that AWS refused for their rate. */
  throttled: number;
  handMadeBackups: number;
}

interface Ended {
  aws: WholeAws;
  admin: Administrator;
  deployed: Deployed;
  told: Told;
  nights: number;
}

/** The week in numbers, counted at AWS where AWS knows them and from the facts where only they do. */
export async function summary({ aws, admin, deployed, told, nights }: Ended) {
  const { backups, tables } = await lookAround(admin);
  const verdicts = await verdictsOf(admin, deployed);
  const count = (type: string) => told.facts.filter((fact) => fact.type === type).length;
  const ours = backups.filter(({ isHandMade }) => !isHandMade);
  const counters = aws.dynamodb.counters();
  const throttled = ['CreateBackup', 'DeleteBackup'].reduce((sum, name) => sum + (counters[name]?.throttled ?? 0), 0);
  const numbers: Numbers = {
    nights,
    tables: tables - 1,
    backupsCompleted: count('Backup Completed'),
    backupsFailed: count('Backup Failed'),
    duplicates: ours.length - new Set(ours.map(({ name }) => name)).size,
    deleted: count('Backup Deleted'),
    kept: ours.length,
    throttled,
    handMadeBackups: backups.length - ours.length,
  };
  const isGood =
    numbers.duplicates === 0 &&
    numbers.throttled === 0 &&
    numbers.handMadeBackups === 1 &&
    numbers.backupsCompleted - numbers.deleted === numbers.kept &&
    verdicts.filter(({ keptBy }) => keptBy.length > 0).length === numbers.kept;
  return { numbers, isGood, sentences: sentencesOf(numbers, isGood) };
}

function sentencesOf(numbers: Numbers, isGood: boolean): string[] {
  const { nights, tables, backupsCompleted, backupsFailed, duplicates, deleted, kept, throttled } = numbers;
  return [
    `After ${nights} nights and ${tables} tables: ${backupsCompleted} backups completed, ${backupsFailed} failed, ${deleted} deleted by retention, ${kept} kept.`,
    `The schedule that came twice made ${duplicates} duplicates; AWS throttled ${throttled} calls; the hand-made backup is ${numbers.handMadeBackups === 1 ? 'still there' : 'gone'}.`,
    isGood
      ? 'Counted at AWS, every backup that was completed and not deleted is there, and each is kept by a rule.'
      : 'Something is wrong: what is at AWS is not what was told. Please report this with the output above.',
  ];
}
