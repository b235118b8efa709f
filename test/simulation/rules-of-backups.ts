import { backupFrom } from '../../shared/ledger.ts';
import type { Rule, Scene } from './scene.ts';
import { installationOf, inWords, isBackup } from './scene.ts';
import type { Effect, Fact } from './truth.ts';

/** The claim's minute, what it is too short for a request, and what clocks and whole seconds take. */
const claimMs = 60_000;
const requestMs = 10_000;
const beforeDeadlineMs = 60_000;
const clocksMs = 1000;

/** Promise 1, as long as nobody else makes backups of our names. */
const oneBackup: Rule = {
  name: 'a (run, table) never has two backups',
  onEffect({ call, isByService, answer }, { truth }) {
    if (call.operation !== 'CreateBackup' || !isByService) return undefined;
    const { BackupArn } = answer.BackupDetails as { BackupArn: string };
    const made = truth.backups.get(BackupArn);
    const same = truth
      .livingBackups()
      .filter((one) => one.isByService && one.name === made?.name && one.tableId === made.tableId);
    return same.length > 1 ? `${same.map(({ arn }) => arn).join(' and ')} are both ${made?.name}` : undefined;
  },
};

/** A request that was signed in time for its claim and for the deadline, and whose claim is still the last one. */
const fenced: Rule = {
  name: 'no backup is asked for after the fence',
  onEffect({ call, isByService }, scene) {
    if (call.operation !== 'CreateBackup' || !isByService) return undefined;
    const { TableName, BackupName } = call.input;
    const signedAt = call.signedAt ?? 0;
    for (const { catalog } of scene.installations) {
      for (const [key, item] of scene.truth.items(catalog, isBackup)) {
        const entry = backupFrom(item);
        if (entry.tableName !== TableName || !String(BackupName).includes(`-${entry.plan}-${entry.stamp}-`)) continue;
        if (!String(BackupName).includes(installationOf(scene, catalog)?.id ?? '')) continue;
        if (entry.tableId !== scene.truth.tableIds.get(String(TableName))) continue;
        const said = `${key} is ${inWords(item)}, and ${String(BackupName)} was signed at ${new Date(signedAt).toISOString()}`;
        if (entry.state !== 'STARTING') return `sent without a claim: ${said}`;
        const { leaseUntil = 0 } = entry;
        if (signedAt > leaseUntil - requestMs + clocksMs) return `sent after the fence: ${said}`;
        // A clock that was set back signs with an older time: AWS refuses that sooner.
        const isSetBack = scene.story.faults.clockJump !== undefined;
        if (signedAt < leaseUntil - claimMs - clocksMs && !isSetBack) return `sent under an older claim: ${said}`;
        const run = scene.truth.catalogs.get(catalog)?.get(`${String(item.pk)}|run#${entry.stamp}`);
        if (signedAt > Number(run?.deadlineAt) - beforeDeadlineMs + clocksMs) return `sent after the deadline: ${said}`;
        return undefined;
      }
    }
    // A table that was made anew has an entry of its old id only, which nobody can know before the answer.
    return scene.truth.dropped.size > 0 ? undefined : `sent without an entry: ${String(BackupName)}`;
  },
};

/** Which state may follow which. DELETING goes back when the delete was refused, fenced or regretted. */
const follows: Record<string, string[]> = {
  nothing: ['STARTING', 'FAILED', 'SKIPPED'],
  STARTING: ['STARTING', 'CREATING', 'AVAILABLE', 'FAILED', 'SKIPPED'],
  CREATING: ['CREATING', 'AVAILABLE', 'FAILED', 'SKIPPED'],
  AVAILABLE: ['AVAILABLE', 'DELETING', 'VANISHED'],
  DELETING: ['DELETING', 'DELETED', 'AVAILABLE', 'VANISHED'],
  DELETED: ['DELETED'],
  FAILED: ['FAILED'],
  SKIPPED: ['SKIPPED'],
  VANISHED: ['VANISHED'],
};

const forward: Rule = {
  name: 'the ledger only moves forward',
  onEffect({ write }) {
    if (write === undefined || !isBackup(write.key)) return undefined;
    const { before, after, key } = write;
    if (after === undefined) return `${key} was taken out of the ledger`;
    const isFirstOfDuplicate = before === undefined && after.isDuplicate === true;
    const state = String(before?.state ?? 'nothing');
    if (!isFirstOfDuplicate && !follows[state]?.includes(String(after.state)))
      return `${key} went from ${state} to ${String(after.state)}`;
    if (Number(after.attempt) < Number(before?.attempt ?? 0)) return `${key} went back to attempt ${after.attempt}`;
    if (before?.backupArn !== undefined && after.backupArn !== before.backupArn && after.state !== 'SKIPPED')
      return `${key} was ${String(before.backupArn)} and is ${String(after.backupArn)}`;
    return undefined;
  },
};

/** What a fact tells must be so, and each end has one id and one kind. */
function endsAreTrue(): Rule {
  const ends = new Map<string, { type: string; said: string }>();
  let seen = 0;
  const check = (fact: Fact, scene: Scene): string | undefined => {
    const { bus, type, detail } = fact;
    const end = /^Backup (Completed|Failed|Skipped)$/.test(type) ? `${bus} ${detail.run} ${detail.tableId}` : '';
    const run = /^Run (Completed|Failed|Skipped)$/.test(type) ? `${bus} ${detail.run}` : '';
    const key = end || run;
    if (key === '') return undefined;
    const { at, ...others } = detail;
    const said = JSON.stringify(end ? detail : others);
    const known = ends.get(key);
    if (known !== undefined && known.said !== said) return `${key} ended as ${known.said} and as ${said}`;
    ends.set(key, { type, said });
    return type === 'Backup Completed' ? completedIsTrue(fact, scene) : undefined;
  };
  return {
    name: 'each end is told as one, and is true',
    onEffect({ call }: Effect, scene) {
      if (call.operation !== 'PutEvents') return undefined;
      for (; seen < scene.truth.facts.length; seen++) {
        const fact = scene.truth.facts[seen];
        const said = fact && check(fact, scene);
        if (said !== undefined) return said;
      }
      return undefined;
    },
  };
}

function completedIsTrue({ detail, at }: Fact, { truth, story }: Scene): string | undefined {
  const made = truth.backups.get(String(detail.backupArn));
  if (made === undefined) return `told completed and not at AWS: ${String(detail.backupArn)}`;
  if (made.name !== detail.backupName || made.tableId !== detail.tableId) return `told as another: ${made.arn}`;
  return at < made.createdAt + story.backupMs ? `told completed and not AVAILABLE: ${made.arn}` : undefined;
}

/** Promise 2 is for a heartbeat each minute; with a slower one it takes some beats more. */
const lateMs = 3_600_000;
const beats = 3;

/** What a run selected, by its pages in the catalog. */
const everyTableEnds: Rule = {
  name: 'every selected table ends in exactly one way, and every run ends',
  atEnd({ truth, story, installations, faultsEndAt }) {
    for (const { catalog, factsBus } of installations) {
      const told = truth.facts.filter(({ bus }) => bus === factsBus);
      for (const [key, page] of truth.items(catalog, (key) => key.includes('|tables#'))) {
        const [, stamp] = String(page.sk).split('#');
        const run = truth.catalogs.get(catalog)?.get(`${String(page.pk)}|run#${stamp}`);
        for (const { id, name } of page.tables as { id: string; name: string }[]) {
          const ends = told.filter(
            ({ type, detail }) =>
              /^Backup (Completed|Failed|Skipped)$/.test(type) &&
              detail.tableId === id &&
              String(detail.run).endsWith(`${String(page.pk).split('#')[1]}/${stamp}`),
          );
          const kinds = new Set(ends.map(({ type }) => type));
          if (kinds.size !== 1) return `${name} of ${key} ended as ${[...kinds].join(' and ') || 'nothing'}`;
          const [{ type = '', detail = {} } = {}] = ends;
          const why = String(detail.error ?? detail.reason ?? '');
          const endedAt = Date.parse(String(detail.at));
          const isLate = endedAt >= Number(run?.deadlineAt) - beforeDeadlineMs;
          const mayFail = isLate || /limit of \d+ tables|being restored|being imported/.test(why);
          if (type === 'Backup Failed' && !mayFail) return `${name} of ${key} failed: ${why}`;
          if (type === 'Backup Skipped' && !truth.dropped.has(id)) return `${name} of ${key} was skipped: ${why}`;
          if (isLate && endedAt > Math.max(faultsEndAt, Number(run?.deadlineAt)) + lateMs + beats * story.heartbeatMs)
            return `${name} of ${key} ended only at ${String(detail.at)}`;
        }
      }
      for (const [key, run] of truth.items(catalog, (key) => key.includes('|run#'))) {
        if (!['COMPLETED', 'FAILED', 'SKIPPED'].includes(String(run.state))) return `${key} is ${inWords(run)}`;
      }
    }
    return undefined;
  },
};

/** Nothing was deleted by anybody but retention or a person, so what was told completed is there. */
const completedIsKept: Rule = {
  name: 'there is exactly one backup for each Backup Completed',
  atEnd({ truth }) {
    for (const { type, detail } of truth.facts) {
      if (type !== 'Backup Completed') continue;
      const made = truth.backups.get(String(detail.backupArn));
      const living = truth
        .livingBackups()
        .filter(({ name, tableId }) => name === made?.name && tableId === made?.tableId);
      if (living.length > 1) return `${String(detail.backupName)} is there ${living.length} times`;
      if (living.length === 1 || made?.isDeletedByService === false) continue;
      const isTold = truth.facts.some(
        (fact) => fact.type === 'Backup Deleted' && fact.detail.backupArn === detail.backupArn,
      );
      if (!isTold) return `${String(detail.backupArn)} is gone, and nobody told of it`;
    }
    return undefined;
  },
};

export const rulesOfBackups = (): Rule[] => [
  oneBackup,
  fenced,
  forward,
  endsAreTrue(),
  everyTableEnds,
  completedIsKept,
];
