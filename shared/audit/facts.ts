import { createHash } from 'node:crypto';
import type {
  BackupAtRisk,
  BackupOverdue,
  BackupProtected,
  DeadLettersFound,
  DeliveryFailed,
} from '../../events/audit-events.ts';
import type { BackupRecovered, BackupUnrecognised } from '../../events/backup-events.ts';
import { iso } from '../clock.ts';
import { backupName, runId } from '../names.ts';
import { listed } from '../protection-changed.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import type { Backup } from '../run.ts';
import { type Target, targetKey } from '../target.ts';
import type { BackupSummary, Fact, TableDescription } from '../world.ts';

const hours = (ms: number) => `${Math.round(ms / 360_000) / 10} h`;

const ofATable = ({ plan, target }: PlanInTarget, { name, id }: Pick<TableDescription, 'name' | 'id'>) => ({
  plan,
  account: target.account,
  region: target.region,
  table: name,
  tableId: id,
});

/** A table whose newest backup (or, without one, whose beginning at `since`) is older than its plan allows. */
export interface Lateness {
  newestAt?: number;
  since: number;
  overdueAt: number;
}

export function overdue(
  of: PlanInTarget,
  table: Pick<TableDescription, 'name' | 'id'>,
  { newestAt, since, overdueAt }: Lateness,
  now: number,
): Fact<typeof BackupOverdue> {
  const last = newestAt === undefined ? 'It has no backup at all.' : `Its newest one is from ${iso(newestAt)}.`;
  return {
    ...ofATable(of, table),
    ...(newestAt !== undefined && { newestAt: iso(newestAt) }),
    rpoSeconds: (overdueAt - (newestAt ?? since)) / 1000,
    overdueSeconds: (now - overdueAt) / 1000,
    id: `${targetKey(of.target)}/${of.plan}/${table.id}/overdue/${newestAt ?? since}`,
    at: iso(overdueAt),
    sentence: `${table.name} in ${targetKey(of.target)} has had no backup of plan ${of.plan} in time: one was due by ${iso(overdueAt)}, ${hours(now - overdueAt)} ago. ${last} Look at the plan's last runs (Run Completed, Run Failed, Run Skipped), or ask for a backup now.`,
  };
}

export function isProtected(
  of: PlanInTarget,
  table: Pick<TableDescription, 'name' | 'id'>,
  newestAt: number,
  now: number,
): Fact<typeof BackupProtected> {
  return {
    ...ofATable(of, table),
    newestAt: iso(newestAt),
    id: `${targetKey(of.target)}/${of.plan}/${table.id}/protected/${newestAt}`,
    at: iso(now),
    sentence: `${table.name} in ${targetKey(of.target)} is well again: its newest backup of plan ${of.plan} is from ${iso(newestAt)}.`,
  };
}

export function atRisk(
  target: Target,
  table: TableDescription,
  { state, deletionAt }: { state: string; deletionAt?: number },
  now: number,
): Fact<typeof BackupAtRisk> {
  const { keyArn = '' } = table;
  const until = deletionAt === undefined ? '' : `; it will be deleted on ${iso(deletionAt)}`;
  const remedy = state === 'Deleted' ? ' any more' : ': enable it, or cancel its deletion';
  return {
    account: target.account,
    region: target.region,
    table: table.name,
    keyArn,
    keyState: state,
    ...(deletionAt !== undefined && { deletionAt: iso(deletionAt) }),
    id: `${targetKey(target)}/${table.id}/at-risk/${keyArn}/${state}/${deletionAt ?? ''}`,
    at: iso(now),
    sentence: `The key ${keyArn} of ${table.name} is ${state}${until}. Without it neither the table nor its backups can be read or restored${remedy}.`,
  };
}

export function recovered(installation: string, backup: Backup, now: number): Fact<typeof BackupRecovered> {
  const { sizeBytes } = backup;
  return {
    run: runId(backup),
    ...ofATable(backup, { name: backup.tableName, id: backup.tableId }),
    backupArn: backup.backupArn ?? '',
    backupName: backupName(installation, backup, backup.tableId),
    availableAt: iso(now),
    ...(sizeBytes !== undefined && { sizeBytes }),
    id: `${installation}/${runId(backup)}/${backup.tableId}/RECOVERED`,
    at: iso(now),
    sentence: `The backup of ${backup.tableName} from run ${runId(backup)}, which had been given up, is AVAILABLE after all.`,
  };
}

export function unrecognised(target: Target, backup: BackupSummary, now: number): Fact<typeof BackupUnrecognised> {
  return {
    account: target.account,
    region: target.region,
    backupArn: backup.backupArn,
    backupName: backup.backupName,
    table: backup.tableName,
    createdAt: iso(backup.createdAt),
    id: `${backup.backupArn}/unrecognised`,
    at: iso(now),
    sentence: `The backup ${backup.backupName} of ${backup.tableName} in ${targetKey(target)} has a name like those of Tablekeep, which did not make it or has lost its entry. It counts for no rule and is never deleted: find out who made it, and delete it by hand if nobody needs it (${backup.backupArn}).`,
  };
}

/** The letters of a dead letter that an event has room for. */
const mostLetters = 90_000;

/** What a dead-letter queue holds: the event or firing, and why it is there. */
export interface DeadLetter {
  body: string;
  attributes: Record<string, string>;
}

function deliveryOf({ attributes }: DeadLetter) {
  const { ERROR_CODE = 'unknown', ERROR_MESSAGE = '', RULE_ARN, SCHEDULE_ARN, TARGET_ARN } = attributes;
  const from = SCHEDULE_ARN ?? RULE_ARN;
  const where = [from && ` from ${from}`, TARGET_ARN && ` to ${TARGET_ARN}`].filter(Boolean).join('');
  return { error: [ERROR_CODE, ERROR_MESSAGE].filter(Boolean).join(': '), where };
}

const whatToDo = "If it was a plan's firing, its run is missing: ask for a backup now.";

export function deliveryFailed(queue: string, letter: DeadLetter, now: number): Fact<typeof DeliveryFailed> {
  const { body, attributes } = letter;
  const { error, where } = deliveryOf(letter);
  return {
    queue,
    error,
    deadLetter: body.slice(0, mostLetters),
    id: createHash('sha256')
      .update(JSON.stringify([queue, body, attributes]))
      .digest('hex'),
    at: iso(now),
    sentence: `An event or a firing${where} could not be delivered (${error}). ${whatToDo} It was: ${body.slice(0, 300)}`,
  };
}

/** A dead letter in a message about several. */
export function nameOf(letter: DeadLetter): string {
  const { error, where } = deliveryOf(letter);
  return `${letter.body.slice(0, 200)}${where} (${error.slice(0, 200)})`;
}

/** One message about all that were found together; `ids` are those of their own facts. */
export function deadLettersFound(names: string[], ids: string[], now: number): Fact<typeof DeadLettersFound> {
  const named = names.slice(0, 10);
  const found = names.length === 1 ? 'An event or firing' : `${names.length} events or firings`;
  return {
    count: names.length,
    named,
    id: createHash('sha256').update(ids.join()).digest('hex'),
    at: iso(now),
    sentence: `${found} could not be delivered. ${whatToDo} ${names.length === 1 ? 'It was' : 'They were'}: ${listed(named, names.length)}`,
  };
}
