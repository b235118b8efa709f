import { createHash } from 'node:crypto';
import { sleep } from '../../local/clock.ts';
import type { World } from '../../shared/world.ts';
import { disturb, perform as doDeed, isWholeStory, makeTable, type Stage } from './deeds.ts';
import { Events } from './events.ts';
import type { FaultKind } from './fault-kinds.ts';
import { Faults, type Point, perform } from './faults.ts';
import { History } from './history.ts';
import { type Installation, install } from './installation.ts';
import { Lambda } from './lambda.ts';
import { enter, type Place, startAt } from './place.ts';
import { rulesOfBackups } from './rules-of-backups.ts';
import { rulesOfCost } from './rules-of-cost.ts';
import { rulesOfDeletes } from './rules-of-deletes.ts';
import { rulesOfExports } from './rules-of-exports.ts';
import { rulesOfProgress } from './rules-of-progress.ts';
import { rulesOfQuotas } from './rules-of-quotas.ts';
import { rulesOfTables } from './rules-of-tables.ts';
import { rulesOfTasks } from './rules-of-tasks.ts';
import { archive, exportMs, isToBeGoneOnWith, type Rule, type Scene } from './scene.ts';
import { giveSettings, settingsOf } from './settings.ts';
import type { Story } from './story.ts';
import { Truth } from './truth.ts';

/** How a story went. */
export interface Outcome {
  /** The first rule that was broken, and what was found. */
  violation?: { rule: string; found: string };
  hits: Record<FaultKind, number>;
  happened: string[];
  /** Every point of every process. */
  points: Point[];
  calls: number;
  /** Calls of the service as they arrived: `DeleteBackup 1` of `apply-retention 3`. */
  sent: { name: string; process: string; at: number }[];
  /** How often rules were asked. */
  checks: number;
  /** Over all calls, their answers' errors, and their times. */
  hash: string;
  /** Lines for people, when asked for. */
  history: string[];
}

export interface SimulationOptions {
  /** Takes a safeguard out of the worlds of all processes. */
  around?: (world: World) => World;
  withHistory?: boolean;
}

/** The longest deadline and an hour: promise 2; with a slow heartbeat as many of its beats as a task may need. */
const afterFaultsMs = 6 * 3_600_000;

/** Retention comes daily, too, whatever became of earlier ones; so long after the faults that nothing is on its way. */
const dailyAfterMs = 5 * 60_000;

export const allRules = (): Rule[] => [
  ...rulesOfBackups(),
  ...rulesOfDeletes(),
  ...rulesOfProgress(),
  ...rulesOfQuotas(),
  ...rulesOfTables(),
  ...rulesOfTasks(),
  ...rulesOfExports(),
  ...rulesOfCost(),
];

/** Plays a story to its end, or to the first violation. */
export async function simulate(story: Story, options: SimulationOptions = {}): Promise<Outcome> {
  const truth = new Truth();
  const history = new History(options.withHistory === true);
  const rules = allRules();
  const place: Place = await enter({
    seed: story.seed,
    isWhole: isWholeStory(story),
    dynamodb: {
      backupMs: () => story.backupMs,
      restoreMs: () => 45_000,
      exportMs: () => exportMs,
      importMs: () => 60_000,
      listLagMs: story.listLagMs,
    },
    latencyMs: (call) => {
      if (call.signedAt === undefined) return 0;
      const { operation } = call;
      for (const rule of rules) if (rule.onSent) found(rule, rule.onSent(operation, place.clock.now(), of()));
      const name = numbered(`${operation} sent`);
      return faults.strikes('slow', name) ? 30_000 : story.latencyMs;
    },
  });
  const { clock, aws } = place;
  const faultsEndAt = beginOf(story) + story.faultsUntilMs;
  let isPrepared = false;
  const faults = new Faults(story, () => !isPrepared || clock.now() >= faultsEndAt);
  const scene: Scene = {
    story,
    truth,
    place,
    settings: new Map(),
    installations: [],
    deployed: [],
    now: () => clock.now(),
    faultsEndAt,
  };
  const counts = new Map<string, number>();
  const numbered = (name: string) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return `${name} ${counts.get(name)}`;
  };
  const outcome: Outcome = {
    hits: faults.hits,
    happened: faults.happened,
    points: faults.points,
    sent: [],
    calls: 0,
    checks: 0,
    hash: '',
    history: [],
  };
  const found = (rule: Rule, what: string | undefined) => {
    outcome.checks++;
    if (what === undefined || outcome.violation !== undefined) return;
    outcome.violation = { rule: rule.name, found: what };
    history.say(clock.now(), `VIOLATION: ${rule.name}: ${what}`);
  };
  const hash = createHash('sha256');
  const lambda = new Lambda(place, story, faults, options.around ?? ((world) => world));
  const events = new Events(place, faults, lambda);
  const of = () => lambda.installations.get(place.process());
  const stage: Stage = { place, scene, lambda, events, faults };

  try {
    // Innermost: what takes effect. Outside of it: what goes wrong.
    aws.intercept(async (call, effect) => {
      const answer = (await effect()) as Record<string, unknown>;
      const known = truth.facts.length;
      if (!isRead(call.operation)) faults.effects++;
      const noted = truth.note(call, answer, clock.now(), of());
      if (call.operation === 'ListBackups' && isStale(truth, story, clock.now())) faults.note('staleList', 'a list');
      if (isPrepared) for (const rule of rules) if (rule.onEffect) found(rule, rule.onEffect(noted, scene));
      for (const fact of truth.facts.slice(known)) {
        const of = scene.installations.find(({ factsBus }) => factsBus === fact.bus);
        if (of !== undefined) events.deliver(of, fact);
      }
      return answer;
    });
    aws.intercept(async (call, effect) => {
      if (call.signedAt === undefined) return effect();
      const name = numbered(call.operation);
      if (isPrepared) outcome.sent.push({ name, process: place.process(), at: clock.now() });
      await doneAt(`before ${name}`, stage);
      const answer = await perform(faults, name, call, effect);
      await doneAt(`after ${name}`, stage);
      return answer;
    });
    aws.onCall((told) => {
      outcome.calls++;
      const { call, at, endedAt, error } = told;
      hash.update(`${at} ${endedAt} ${call.operation} ${JSON.stringify(call.input)} ${String(error ?? '')}\n`);
      history.tell(told, place.process());
    });
    await prepare(stage, story);
    isPrepared = true;
    const isOver = () => outcome.violation !== undefined;
    begin(stage, story, history);
    await clock.run(faultsEndAt + dailyAfterMs, isOver);
    for (const of of scene.installations) lambda.invoke(of, 'apply-retention', {});
    const limit = faultsEndAt + Math.max(afterFaultsMs, 24 * story.heartbeatMs);
    await clock.run(limit, () => isOver() || isQuiet(stage));
    // What is on its way arrives.
    await clock.run(clock.now() + (story.afterEndMs ?? 60_000), isOver);
    if (!isOver()) for (const rule of rules) if (rule.atEnd) found(rule, await rule.atEnd(scene));
  } finally {
    place.leave();
  }
  return { ...outcome, hash: hash.digest('hex'), history: history.lines };
}

async function prepare({ place, scene }: Stage, story: Story): Promise<void> {
  for (let number = 0; number < story.installations; number++) {
    scene.truth.catalogs.set(`tablekeep-${number}-Catalog-${'AB'[number]}`, new Map());
    const installation: Installation = await install(place, story, number);
    scene.installations.push(installation);
    const keepOf = (plan: string) => installation.plans.get(plan)?.keep.last ?? 1;
    const first = new Map([...installation.plans].map(([name]) => [name, keepOf(name)]));
    scene.deployed.push([{ at: 0, keepOf: (plan) => first.get(plan) ?? 1 }]);
  }
  if (story.hasSettings) await giveSettings(place, story.tables);
  else for (const table of story.tables) await makeTable(place, table);
  await place.clock.run(startAt + 10_000);
  if (story.hasExports) {
    await place.call('CreateBucket', { Bucket: archive }, 's3');
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    for (const TableName of story.tables)
      await place.call('UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification });
  }
  await place.clock.run(beginOf(story));
  if (story.hasSettings)
    for (const table of story.tables)
      scene.settings.set(scene.truth.tableIds.get(table) ?? '', await settingsOf(place, table));
}

/** Settings take their time. */
const beginOf = ({ hasSettings }: Story): number => startAt + (hasSettings ? 7_200_000 : 60_000);

/** Requests time out after ten seconds: whatever is done at one is over by then. */
const deedMs = 4000;

async function doneAt(at: string, stage: Stage): Promise<void> {
  for (const act of stage.scene.story.acts) {
    const of = stage.scene.installations[act.installation];
    if (act.at !== at || of === undefined) continue;
    doDeed(act, of, stage);
    await sleep(stage.place.clock, deedMs);
  }
}

/** Everything that happens by itself from now on. */
function begin(stage: Stage, story: Story, history: History): void {
  const { place, scene, lambda } = stage;
  const { clock } = place;
  const beginAt = clock.now();
  for (const act of story.acts) {
    const of = scene.installations[act.installation];
    if (of === undefined || act.at !== undefined) continue;
    clock.at(beginAt + act.atMs, () => {
      history.say(clock.now(), JSON.stringify(act));
      doDeed(act, of, stage);
    });
  }
  for (const of of scene.installations) {
    every(clock, story.heartbeatMs, () => lambda.invoke(of, 'heartbeat', {}));
    every(clock, 30_000, (tick) => disturb(of, tick, stage));
  }
}

function every(clock: Place['clock'], ms: number, task: (tick: number) => void, tick = 0): void {
  clock.at(clock.now() + ms, () => {
    every(clock, ms, task, tick + 1);
    task(tick);
  });
}

export const isRead = (operation: string): boolean => /^(Get|BatchGet|Query|Scan|List|Describe|Head)/.test(operation);

/** Nothing runs, and nothing is due. */
function isQuiet({ lambda, scene }: Stage): boolean {
  if (lambda.running > 0 || lambda.waiting > 0) return false;
  return scene.installations.every(({ catalog }) => {
    for (const item of scene.truth.catalogs.get(catalog)?.values() ?? []) if (isToBeGoneOnWith(item)) return false;
    return true;
  });
}

function isStale({ backups }: Truth, { listLagMs }: Story, now: number): boolean {
  if (listLagMs === 0) return false;
  for (const { createdAt } of backups.values()) if (now - createdAt < listLagMs) return true;
  return false;
}
