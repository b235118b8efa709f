import type { PlanSource } from '../../shared/plans/definition.ts';
import { Chance } from './chance.ts';
import { allFaultKinds, type FaultKind, faultKinds } from './fault-kinds.ts';

/** What people, Scheduler and others in the account do. `nth` chooses among what there is at that moment. */
export type Deed =
  | { do: 'fire'; plan: string }
  | { do: 'retain'; confirm: boolean }
  | { do: 'hold' | 'release' | 'deleteByHand' | 'deleteRequest'; nth: number }
  | { do: 'backUp' | 'dropTable' | 'makeTable' | 'forge' | 'putItem'; table: string }
  | { do: 'deploy'; last: number }
  | { do: 'restore'; table: string; target: string; wishes?: Record<string, unknown>; nth?: number }
  | { do: 'import'; nth: number; target: string }
  | { do: 'fireExports' }
  | { do: 'recovery'; table: string; isOn: boolean };

/** A deed at its time after the beginning (ms), of one installation; what others in the account do is 0's. */
export type Act = Deed & {
  atMs: number;
  installation: number;
  /** In place of the time: `before DeleteBackup 1` or `after` it, while that call waits on its way, or its answer does. */
  at?: string;
};

/** Everything that a simulation begins with: plain JSON, so that it can be printed and made smaller. */
export interface Story {
  seed: number;
  tables: string[];
  installations: number;
  /** Plans by their names; each installation has them all. */
  plans: Record<string, PlanSource>;
  hasExports: boolean;
  /** Tables have every setting that there is, and a run captures them. */
  hasSettings: boolean;
  acts: Act[];
  /** The kinds that are on, with their chances. */
  faults: Partial<Record<FaultKind, number>>;
  faultsUntilMs: number;
  /** These faults only, by kind and place, and no chance: a story that is made smaller. */
  only?: string[];
  latencyMs: number;
  backupMs: number;
  listLagMs: number;
  graceMs: number;
  /** Lambda's timeout where it strikes. */
  shortInvocationMs: number;
  heartbeatMs: number;
  /** How long processes stand still; by chance when absent. */
  freezeMs?: number;
  /** A process that dies with a signed request has sent it, and it arrives so much later; never when absent. */
  arrivesMs?: number;
  /** How long the heartbeat goes on after the end; a minute when absent. */
  afterEndMs?: number;
}

const minuteMs = 60_000;

/** The story of a seed. */
export function storyOf(seed: number): Story {
  const chance = new Chance(seed);
  const tables = Array.from({ length: chance.oneOf('tables', 1, 2, 2, 3) }, (_, n) => `orders-${n}`);
  const installations = chance.isTrue('two installations', 0.08) ? 2 : 1;
  const hasExports = chance.isTrue('exports', 0.02);
  const hasSettings = chance.isTrue('settings', hasExports ? 0.3 : 0.02);
  const plans = plansOf(chance);
  const firings = chance.oneOf('firings', 1, 1, 2, 2, 3);
  const everyMs = chance.oneOf('firing every', 3, 5, 9) * minuteMs;
  const lastsMs = hasExports ? 75 * minuteMs : firings * everyMs + (hasSettings ? 15 : 2) * minuteMs;
  const has = { hasExports, hasSettings };
  const isCalm = chance.isTrue('calm', 0.04);
  const faults = isCalm ? {} : faultsOf(chance);
  return {
    seed,
    tables,
    installations,
    plans,
    hasExports,
    hasSettings,
    acts: actsOf(chance, { tables, plans: Object.keys(plans), installations, firings, everyMs, lastsMs, ...has }),
    faults,
    faultsUntilMs: lastsMs,
    latencyMs: chance.oneOf('latency', 2, 20, 150),
    backupMs: chance.oneOf('backup takes', 2000, 5000, 40_000),
    listLagMs: faults.staleList === undefined ? 0 : chance.oneOf('list lag', 3000, 15_000, 30_000),
    graceMs: chance.oneOf('grace', 10 * minuteMs, 72 * 60 * minuteMs),
    shortInvocationMs: chance.oneOf('invocation', 75_000, 100_000, 180_000),
    heartbeatMs: chance.oneOf('heartbeat', 1, 1, 1, 1, 1, 1, 1, 5, 20, 60) * minuteMs,
  };
}

function plansOf(chance: Chance): Record<string, PlanSource> {
  const nightly: PlanSource = {
    schedule: 'cron(0 2 * * ? *)',
    tables: { include: ['orders-*'] },
    keep: { last: chance.whole('keep', 1, 2) },
    overlap: chance.oneOf('overlap', 'skip', 'queue'),
    deadline: chance.oneOf('deadline', '1h', '4h'),
    ...(chance.isTrue('rate', 0.2) && { rate: 1 }),
  };
  if (!chance.isTrue('two plans', 0.1)) return { nightly };
  return { nightly, hourly: { ...nightly, tables: { include: ['orders-0'] }, keep: { last: 1 } } };
}

/** A random subset; in some stories each of its faults is three times as frequent. */
function faultsOf(chance: Chance): Story['faults'] {
  const share = chance.oneOf('how many kinds', 0.15, 0.3, 0.6);
  const factor = chance.oneOf('how often', 1, 1, 3);
  const on = allFaultKinds.filter((kind) => chance.isTrue(`${kind} is on`, share));
  return Object.fromEntries(on.map((kind) => [kind, Math.min(1, faultKinds[kind] * factor)]));
}

interface Frame {
  tables: string[];
  plans: string[];
  installations: number;
  firings: number;
  everyMs: number;
  lastsMs: number;
  hasExports: boolean;
  hasSettings: boolean;
}

function actsOf(chance: Chance, frame: Frame): Act[] {
  const { tables, plans, installations, firings, everyMs, lastsMs, hasExports, hasSettings } = frame;
  const acts: Act[] = [];
  for (let installation = 0; installation < installations; installation++) {
    for (const plan of plans) {
      for (let n = 0; n < firings; n++) acts.push({ atMs: n * everyMs, installation, do: 'fire', plan });
    }
    if (hasExports)
      for (const atMs of [0, 30, 60]) acts.push({ atMs: atMs * minuteMs, installation, do: 'fireExports' });
  }
  if (hasExports) acts.push(...changesOf(chance, tables, lastsMs), ...importsOf(chance, lastsMs));
  if (hasSettings) acts.push(...restoresOf(chance, tables, lastsMs));
  const deeds = chance.whole('deeds', 0, 4);
  for (let n = 0; n < deeds; n++) {
    const atMs = chance.whole(`deed ${n} at`, 0, lastsMs);
    const installation = chance.whole(`deed ${n} of`, 0, installations - 1);
    const table = tables[chance.whole(`deed ${n} table`, 0, tables.length - 1)] ?? '';
    for (const { afterMs = 0, ...deed } of deedOf(chance, `deed ${n}`, table, hasExports))
      acts.push({ ...deed, atMs: atMs + afterMs, installation });
  }
  return acts.sort((a, b) => a.atMs - b.atMs);
}

/** What windows are made of. */
const changesOf = (chance: Chance, tables: string[], lastsMs: number): Act[] =>
  tables.flatMap((table) =>
    [0, 1, 2, 3].map((n) => {
      const atMs = chance.whole(`change ${n} of ${table}`, 0, lastsMs);
      return { do: 'putItem', table, atMs, installation: 0 };
    }),
  );

/** Some of a chain that is there, some to a name that is taken. */
const importsOf = (chance: Chance, lastsMs: number): Act[] =>
  [0, 1].flatMap((n): Act[] => {
    if (!chance.isTrue(`import ${n}`, 0.6)) return [];
    const atMs = chance.whole(`import ${n} at`, lastsMs / 3, lastsMs);
    const target = chance.oneOf(`import ${n} to`, 'imported', 'imported', 'imported-too', 'orders-0');
    return [{ do: 'import', nth: chance.whole(`import ${n} nth`, 0, 3), target, atMs, installation: 0 }];
  });

const outwardAsCaptured = Object.fromEntries(
  ['stream', 'timeToLive', 'resourcePolicy', 'kinesis', 'triggers', 'alarms'].map((name) => [name, 'asCaptured']),
);
const noneOfThese = { tags: null, pointInTimeRecovery: null, autoScaling: null };

/** Of tables with settings: beside the living one, and in place of one that somebody deleted. */
function restoresOf(chance: Chance, tables: string[], lastsMs: number): Act[] {
  const [table = ''] = tables;
  const wishes = chance.oneOf<Record<string, unknown>>('restore wishes', {}, outwardAsCaptured, noneOfThese);
  const atMs = chance.whole('restore at', lastsMs / 2, lastsMs + 5 * minuteMs);
  const copy: Act = { do: 'restore', table, target: `${table}-whole`, wishes, atMs, installation: 0 };
  if (chance.isTrue('source lives', 0.5)) return [copy];
  const target = chance.oneOf('restore to', table, table, `${table}-whole`);
  return [
    { do: 'dropTable', table, atMs: atMs - minuteMs, installation: 0 },
    { ...copy, target },
  ];
}

/** `afterMs`: some time after the others of it. */
function deedOf(chance: Chance, name: string, table: string, hasExports: boolean): (Deed & { afterMs?: number })[] {
  const nth = chance.whole(`${name} nth`, 0, 9);
  const isOn = chance.isTrue(`${name} is on`, 0.7);
  const last = chance.whole(`${name} last`, 1, 3);
  const offMs = chance.whole(`${name} off for`, 0, 40) * minuteMs;
  const off: ReturnType<typeof deedOf> = [{ do: 'recovery', table, isOn: false }];
  if (isOn) off.push({ do: 'recovery', table, isOn, afterMs: offMs });
  const target = `${table}-${chance.oneOf(`${name} target`, 'copy', 'again')}`;
  return chance.oneOf<ReturnType<typeof deedOf>>(
    `${name} what`,
    [{ do: 'hold', nth }],
    [{ do: 'hold', nth }],
    [{ do: 'release', nth }],
    [{ do: 'deleteByHand', nth }],
    [{ do: 'deleteByHand', nth }],
    [{ do: 'backUp', table }],
    [{ do: 'deleteRequest', nth }],
    [{ do: 'retain', confirm: isOn }],
    [{ do: 'retain', confirm: false }],
    [{ do: 'dropTable', table }, ...(isOn ? [{ do: 'makeTable' as const, table }] : [])],
    [{ do: 'forge', table }],
    [{ do: 'deploy', last }],
    [{ do: 'deploy', last }],
    [{ do: 'restore', table, target }],
    hasExports ? off : [{ do: 'hold', nth }],
    [{ do: 'putItem', table }],
  );
}
