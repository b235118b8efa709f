import { runFrom } from '../../shared/ledger.ts';
import { instantOf, parseBackupName, stampOf } from '../../shared/names.ts';
import { matches } from '../../shared/selection.ts';
import type { Installation } from './installation.ts';
import { entriesOf, inWords, type Rule, type Scene } from './scene.ts';

const runsOf = ({ truth }: Scene, { catalog }: Installation) =>
  truth.items(catalog, (key) => key.includes('|run#')).map(([, item]) => runFrom(item));

/** A clock that is set right, a process that stands still, and a claim that settles: one after the other. */
const recoverMs = 1_800_000;
const beats = 3;

const lasting = /limit of \d+ tables|being restored|being imported/;

const isDeletedByHand = ({ truth }: Scene, backupArn: string): boolean =>
  truth.backups.get(backupArn)?.isDeletedByService === false;

/** Whoever gives up and waits for the deadline has an end for every table, too. */
const nothingIsGivenUp: Rule = {
  name: 'nothing fails at a deadline that comes long after the trouble',
  atEnd(scene) {
    const { faultsEndAt, story } = scene;
    for (const installation of scene.installations) {
      const runs = runsOf(scene, installation).filter(
        ({ deadlineAt }) => deadlineAt > faultsEndAt + recoverMs + beats * story.heartbeatMs,
      );
      for (const run of runs) {
        // A backup that somebody deletes too soon is waited for until the deadline, and so are runs in the queue.
        const isHeldUp = story.acts.some((act) => act.do === 'deleteByHand' || act.do === 'dropTable');
        if (run.state === 'FAILED' && !isHeldUp) return `a run failed: ${inWords({ ...run })}`;
        const entries = entriesOf(scene, installation).filter(
          ({ plan, stamp }) => plan === run.plan && stamp === run.stamp,
        );
        const failed = entries.find(
          ({ state, error = '', backupArn = '' }) =>
            state === 'FAILED' && !lasting.test(error) && !isDeletedByHand(scene, backupArn),
        );
        if (failed !== undefined) return `a backup failed: ${inWords({ ...failed })}`;
      }
    }
    return undefined;
  },
};

/** A table that is made is ready by then. */
const madeMs = 30_000;

/** The tables of the story that a run of the plan finds at that instant, and that have stayed. */
const foundBy = ({ story, truth }: Scene, plan: string, at: number): string[] =>
  story.tables.filter((name) => {
    const { include = [] } = story.plans[plan]?.tables ?? {};
    const id = truth.tableIds.get(name) ?? '';
    const madeAt = truth.moments.get(id)?.[0]?.at ?? at;
    return !truth.dropped.has(id) && madeAt < at - madeMs && include.some((pattern) => matches(pattern, name));
  });

const everyTableIsSelected: Rule = {
  name: 'each run that completes has every table that its plan means',
  atEnd(scene) {
    for (const installation of scene.installations) {
      for (const { plan, stamp, state } of runsOf(scene, installation)) {
        if (state !== 'COMPLETED' || scene.story.plans[plan] === undefined) continue;
        const pages = scene.truth.items(installation.catalog, (key) => key.includes(`#${plan}|tables#${stamp}#`));
        const selected = new Set(pages.flatMap(([, { tables }]) => (tables as { id: string }[]).map(({ id }) => id)));
        const left = foundBy(scene, plan, instantOf(stamp)).filter(
          (name) => !selected.has(scene.truth.tableIds.get(name) ?? ''),
        );
        if (left.length > 0) return `the run of ${plan} at ${stamp} has left ${left.join(' and ')} out`;
      }
    }
    return undefined;
  },
};

const everyFiringIsARun: Rule = {
  name: 'where nothing goes wrong, every firing is a run',
  atEnd(scene) {
    const { story, faultsEndAt, installations } = scene;
    if (Object.keys(story.faults).length > 0) return undefined;
    for (const act of story.acts) {
      const of = installations[act.installation];
      if (act.do !== 'fire' || act.at !== undefined || of === undefined) continue;
      const fired = stampOf(faultsEndAt - story.faultsUntilMs + act.atMs);
      if (!runsOf(scene, of).some(({ plan, stamp }) => plan === act.plan && stamp === fired))
        return `there is no run of ${act.plan} at ${fired}`;
    }
    return undefined;
  },
};

/** A retention that deletes nothing keeps every promise but this one. */
const expiredIsGone: Rule = {
  name: 'once AWS makes no more trouble, what has expired is deleted',
  atEnd(scene) {
    const { story, installations } = scene;
    // Stricter rules have their grace time, and what a restore had pinned goes with the next day's retention.
    if (story.acts.some((act) => act.do === 'deploy' || act.do === 'restore')) return undefined;
    for (const installation of installations) {
      for (const [plan, { keep }] of installation.plans) {
        const good = entriesOf(scene, installation).filter(
          (entry) => entry.plan === plan && entry.state === 'AVAILABLE' && entry.isDuplicate !== true,
        );
        for (const ofTable of Map.groupBy(good, ({ tableId }) => tableId).values()) {
          const expired = ofTable
            .toSorted((one, other) => (other.createdAt ?? 0) - (one.createdAt ?? 0))
            .slice(keep.last ?? 0)
            .find(({ hold, pins }) => hold === undefined && (pins?.size ?? 0) === 0);
          if (expired !== undefined) return `${inWords({ ...expired })} is kept, and ${keep.last} are enough`;
        }
      }
    }
    return undefined;
  },
};

/** What nobody knows of is never deleted, and paid for ever. */
const allAreKnown: Rule = {
  name: 'every backup that the service has made is in its ledger',
  atEnd(scene) {
    const known = new Set(scene.installations.flatMap((of) => entriesOf(scene, of).map(({ backupArn }) => backupArn)));
    const lost = scene.truth.livingBackups().find(({ arn, isByService }) => isByService && !known.has(arn));
    return lost && `${lost.name} (${lost.arn}) is in no ledger`;
  },
};

/** The hash at a name's end is part of no promise: two names of a (run, table) are two backups, too. */
const oneName: Rule = {
  name: 'the backups of a (run, table) have one name, whoever makes them',
  onEffect({ call, isByService }, { truth }) {
    if (call.operation !== 'CreateBackup' || !isByService) return undefined;
    const name = String(call.input.BackupName);
    const { installation, plan, stamp } = parseBackupName(name) ?? {};
    if (stamp === undefined) return `${name} is no name of ours`;
    const tableId = truth.tableIds.get(String(call.input.TableName));
    const run = `tk-${installation}-${plan}-${stamp}-`;
    const other = [...truth.backups.values()].find(
      (one) => one.isByService && one.tableId === tableId && one.name.startsWith(run) && one.name !== name,
    );
    return other && `${name} is of the same run and table as ${other.name}`;
  },
};

export const rulesOfProgress = (): Rule[] => [
  nothingIsGivenUp,
  everyTableIsSelected,
  everyFiringIsARun,
  expiredIsGone,
  allAreKnown,
  oneName,
];
