import { backupFrom } from '../../shared/ledger.ts';
import type { Backup } from '../../shared/run.ts';
import type { Installation } from './installation.ts';
import { entriesOf, inWords, isBackup, type Rule, type Scene } from './scene.ts';
import type { Effect, MadeBackup } from './truth.ts';

/** A delete of the service that took effect: of whose backup, and what the ledger says of it. */
interface Deleted {
  made: MadeBackup;
  installation: Installation;
  entry: Backup;
  at: number;
}

const adHoc = 'ad-hoc';

function deletedBy({ call, isByService, at }: Effect, scene: Scene): Deleted | string | undefined {
  if (call.operation !== 'DeleteBackup' || !isByService) return undefined;
  const made = scene.truth.backups.get(String(call.input.BackupArn));
  if (made === undefined) return undefined;
  const owners = scene.installations.flatMap((installation) => {
    const named = entriesOf(scene, installation).filter(({ backupArn }) => backupArn === made.arn);
    const entry = named.find(({ state }) => state === 'DELETING') ?? named[0];
    return entry === undefined ? [] : [{ made, installation, entry, at }];
  });
  return owners[0] ?? `${made.name} (${made.arn}) is in no ledger`;
}

/** A rule about each delete of the service. */
const aboutDeletes = (name: string, check: (deleted: Deleted, scene: Scene) => string | undefined): Rule => ({
  name,
  onEffect(effect, scene) {
    const deleted = deletedBy(effect, scene);
    return typeof deleted === 'object' ? check(deleted, scene) : deleted;
  },
});

const onlyOurs = aboutDeletes(
  'only what this installation made and decided on is deleted',
  ({ made, installation, entry }) => {
    if (!made.isByService || !made.name.startsWith(`tk-${installation.id}-`)) return `${made.name} is not ours`;
    return entry.state === 'DELETING' ? undefined : `${made.name} is ${entry.state} in the ledger`;
  },
);

const notHeld = aboutDeletes('nothing that is held or pinned is deleted', ({ entry }) =>
  entry.hold !== undefined || (entry.pins?.size ?? 0) > 0 ? `${inWords({ ...entry })} is held or pinned` : undefined,
);

const newerOnes = (scene: Scene, { installation, entry }: Deleted): Backup[] =>
  entriesOf(scene, installation).filter(
    (other) =>
      other.plan === entry.plan &&
      other.tableId === entry.tableId &&
      other.isDuplicate !== true &&
      other.state === 'AVAILABLE' &&
      (other.createdAt ?? 0) > (entry.createdAt ?? 0),
  );

/** Somebody may delete by hand between the look and the delete, which is less than two minutes later. */
const lookedMs = 120_000;

const notTheLast = aboutDeletes('the newest good backup of a plan and table is never deleted', (deleted, scene) => {
  const { entry, made, at } = deleted;
  if (entry.plan === adHoc || entry.isDuplicate) return undefined;
  const good = newerOnes(scene, deleted).filter(({ backupArn = '' }) => {
    const other = scene.truth.backups.get(backupArn);
    return other !== undefined && (other.deletedAt === undefined || other.deletedAt > at - lookedMs);
  });
  return good.length > 0 ? undefined : `${made.name} was the newest of ${entry.tableName}`;
});

/** An invocation that judged by the plans of a deployment before goes on for so long. */
const invocationMs = 900_000;

/** How many newer ones there must be: rules that became stricter act after the grace time. */
function leastKept(scene: Scene, number: number, plan: string, at: number, isKnown: (last: number) => boolean): number {
  const deployed = scene.deployed[number] ?? [];
  const endOf = (index: number) => deployed[index + 1]?.at ?? Number.POSITIVE_INFINITY;
  /** By the deployments up to that instant. */
  const leastAt = (instant: number) => {
    const keeps = deployed.flatMap(({ at: since, keepOf }, index) => {
      const isCurrent = since <= instant && endOf(index) > instant;
      const isGraced = since <= instant && endOf(index) > instant - scene.story.graceMs && isKnown(keepOf(plan));
      return isCurrent || isGraced ? [keepOf(plan)] : [];
    });
    return Math.max(...keeps);
  };
  const changed = deployed.map((one) => one.at - 1).filter((instant) => instant > at - invocationMs && instant < at);
  return Math.min(...[at, ...changed].map(leastAt));
}

/** The most backups that a table of the plan has. */
function mostOf(scene: Scene, catalog: string, plan: string): number {
  const installation = scene.installations.find((one) => one.catalog === catalog);
  const entries = installation === undefined ? [] : entriesOf(scene, installation);
  const ofPlan = entries.filter((entry) => entry.plan === plan && /AVAILABLE|DELETING/.test(entry.state));
  return Math.max(0, ...[...Map.groupBy(ofPlan, ({ tableId }) => tableId).values()].map(({ length }) => length));
}

/** Rules that no run of retention has gone by do not count: there was nothing that became stricter. */
function notKept(): Rule {
  const wentBy = new Set<string>();
  const rule = aboutDeletes('nothing that a rule keeps is deleted', (deleted, scene) => {
    const { entry, installation, made, at } = deleted;
    if (entry.plan === adHoc || entry.isDuplicate) return undefined;
    const isKnown = (last: number) => wentBy.has(`${installation.catalog} ${entry.plan} ${last}`);
    const least = leastKept(scene, installation.number, entry.plan, at, isKnown);
    const newer = newerOnes(scene, deleted).length;
    return newer >= least ? undefined : `${made.name} was deleted with ${newer} newer ones; ${least} are kept`;
  });
  return {
    name: rule.name,
    onEffect(effect, scene) {
      const { write } = effect;
      if (write?.key.endsWith('|retention')) {
        const rules = write.after?.keepRules as { inForce: { keep: { last: number } } } | undefined;
        const plan = write.key.split('|')[0]?.split('#')[1] ?? '';
        const last = rules?.inForce.keep.last ?? 0;
        // Rules that delete nothing act at once, and then they are those that later ones are compared with.
        const isHarmless = last > 0 && mostOf(scene, write.catalog, plan) <= last;
        for (const known of wentBy)
          if (isHarmless && known.startsWith(`${write.catalog} ${plan} `)) wentBy.delete(known);
        if (last > 0) wentBy.add(`${write.catalog} ${plan} ${last}`);
      }
      return rule.onEffect?.(effect, scene);
    },
  };
}

/** A tenth, or two per table, for each run of retention that nobody has confirmed. */
function withinBudget(): Rule {
  const done = new Map<string, Set<string>>();
  return {
    name: 'a run of retention deletes a tenth, or two per table',
    onEffect(effect, scene) {
      const { write } = effect;
      if (write === undefined || !isBackup(write.key) || write.after?.state !== 'DELETING') return undefined;
      const entry = backupFrom(write.after);
      const installation = scene.installations.find(({ catalog }) => catalog === write.catalog);
      if (installation === undefined) return undefined;
      const retention = scene.truth.catalogs.get(write.catalog)?.get(`${String(write.after.pk)}|retention`);
      if (retention?.confirmed === true || retention?.startedAt === undefined) return undefined;
      const run = `${write.catalog} ${write.after.pk} ${retention.startedAt}`;
      const begun = done.get(run) ?? new Set<string>();
      done.set(run, begun.add(entry.backupArn ?? ''));
      const all = entriesOf(scene, installation).filter(
        ({ plan, state, backupArn = '' }) =>
          plan === entry.plan && (state === 'AVAILABLE' || state === 'DELETING' || begun.has(backupArn)),
      );
      const tables = new Set(all.map(({ tableId }) => tableId)).size;
      const budget = Math.max(Math.floor(all.length / 10), 2 * tables);
      return begun.size > budget
        ? `${begun.size} deletes of ${entry.plan} in one run, with a budget of ${budget}`
        : undefined;
    },
  };
}

const deletesEnd: Rule = {
  name: 'no delete is left half done, and what the ledger calls AVAILABLE is there',
  atEnd(scene) {
    for (const installation of scene.installations) {
      for (const entry of entriesOf(scene, installation)) {
        const made = scene.truth.backups.get(entry.backupArn ?? '');
        if (entry.state === 'DELETING') return `${inWords({ ...entry })} is left`;
        if (entry.state === 'DELETED' && made?.deletedAt === undefined)
          return `${made?.arn} is there, and called DELETED`;
        if (entry.state === 'AVAILABLE' && made?.isDeletedByService) return `${made.arn} was deleted, and is AVAILABLE`;
      }
    }
    return undefined;
  },
};

export const rulesOfDeletes = (): Rule[] => [onlyOurs, notHeld, notTheLast, notKept(), withinBudget(), deletesEnd];
