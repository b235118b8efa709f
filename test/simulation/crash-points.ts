import type { Point } from './faults.ts';
import { isRead } from './simulation.ts';
import { type Act, type Story, storyOf } from './story.ts';

/** What becomes of a process at a point: it dies, or stands still for less or more than the five minutes of a signature. */
export const mishaps = {
  killed: {},
  'killed with its request on its way': { arrivesMs: 250_000 },
  'frozen for 250 s': { freezeMs: 250_000 },
  'frozen for 500 s': { freezeMs: 500_000 },
} as const satisfies Record<string, Partial<Story>>;
export type Mishap = keyof typeof mishaps;
export const allMishaps = Object.keys(mishaps) as Mishap[];

/** A mishap at a point. */
export type Crash = readonly [Mishap, Point];

const freezes: Partial<Record<Mishap, number>> = { 'frozen for 250 s': 250_000, 'frozen for 500 s': 500_000 };
const kindOf = (mishap: Mishap): 'killed' | 'frozen' => (mishap in freezes ? 'frozen' : 'killed');
/** After that a frozen process goes on; a dead one never does. */
export const lastsMs = (mishap: Mishap): number => freezes[mishap] ?? Number.POSITIVE_INFINITY;

const minuteMs = 60_000;
const by = (atMs: number) => ({ atMs, installation: 0 });
const fire = (atMs: number): Act => ({ do: 'fire', plan: 'nightly', ...by(atMs) });

interface CrashStory {
  story: Story;
  /** Whose points: those of others are points of another story. */
  of: RegExp;
  /** The story when more than one thing goes wrong: that takes longer. */
  longer: Story;
}

function calm(of: RegExp, minutes: number, acts: Act[], more: Partial<Story> = {}): CrashStory {
  const story: Story = {
    ...storyOf(1),
    ...{ tables: ['orders-0'], installations: 1, hasExports: false, hasSettings: false, acts, faults: {}, only: [] },
    plans: {
      nightly: {
        schedule: 'cron(0 2 * * ? *)',
        tables: { include: ['orders-?'] },
        keep: { last: 1 },
        overlap: 'queue',
      },
    },
    ...{ faultsUntilMs: minutes * minuteMs, latencyMs: 2, backupMs: 2000, listLagMs: 0, graceMs: 10 * minuteMs },
    heartbeatMs: minuteMs,
    ...more,
  };
  return { of, story, longer: { ...story, faultsUntilMs: (minutes + 15) * minuteMs } };
}

/** Small stories: a run that is fired twice, one whose retention deletes, a table brought back, an export and a window. */
export const crashStories = {
  run: calm(/./, 2, [fire(0)], { faults: { firedTwice: 1 }, only: ['firedTwice at 0 nightly 0'] }),
  retention: calm(/^(apply-retention|heartbeat)/, 2, [fire(0), fire(minuteMs)]),
  restore: calm(/^(restore|heartbeat)/, 3, [
    fire(0),
    { do: 'restore', table: 'orders-0', target: 'again', ...by(30_000) },
  ]),
  export: calm(
    /./,
    25,
    [
      { do: 'putItem', table: 'orders-0', ...by(0) },
      { do: 'fireExports', ...by(1000) },
      { do: 'putItem', table: 'orders-0', ...by(4 * minuteMs) },
      { do: 'fireExports', ...by(15 * minuteMs) },
    ],
    { hasExports: true },
  ),
};
export type CrashStoryName = keyof typeof crashStories;
export const allCrashStories = Object.keys(crashStories) as CrashStoryName[];

/** The story in which this happens and nothing else goes wrong; of freezes, all last as long as the first. */
export function crashing(name: CrashStoryName, crashes: Crash[]): Story {
  const { story, longer } = crashStories[name];
  const told = crashes.length > 1 ? longer : story;
  const only = [...(told.only ?? []), ...crashes.map(([mishap, point]) => `${kindOf(mishap)} at ${point.name}`)];
  return { ...told, faults: { ...told.faults, killed: 1, frozen: 1 }, only, ...(crashes[0] && mishaps[crashes[0][0]]) };
}

/** The points of those that matter, as long as anything goes wrong and somebody works. */
export function pointsOf(of: RegExp, points: Point[]): Point[] {
  const inTime = points.filter(({ isTooLate }) => !isTooLate);
  const workedAt = inTime.findLast(({ process }) => !process.startsWith('heartbeat'))?.at ?? 0;
  return inTime.filter(({ process, at }) => of.test(process) && at <= workedAt + minuteMs);
}

/** The points at which a mishap makes a difference of its own: the first of those that come to the same. */
export function differing(points: Point[], mishap: Mishap): Point[] {
  if ('arrivesMs' in mishaps[mishap]) return points.filter(isSent);
  const last = new Map<string, Point>();
  return points.filter((point) => {
    const before = last.get(point.process);
    last.set(point.process, point);
    return before === undefined || !isSame(before, point, mishap);
  });
}

const isSent = ({ moment, operation = '' }: Point): boolean => moment === 'signed' && !isRead(operation);

/** Of two points of a process, one after the other. */
function isSame(before: Point, point: Point, mishap: Mishap): boolean {
  if (before.at !== point.at || before.effects !== point.effects) return false;
  // Of a dead process only what it has sent goes on.
  if (kindOf(mishap) === 'killed') return !isSent(before);
  // The SDK asks for keys more than once for a call.
  const isBeforeSigning = point.moment === 'unsigned' && (before.moment === 'unsigned' || before.moment === 'answered');
  if (isBeforeSigning) return before.readings === point.readings;
  // What has no fence is as good when it was signed earlier, as long as AWS takes the signature.
  const isUnfenced = /^((Get|Put|Update|Delete)Item|Query|PutEvents)$/.test(point.operation ?? '');
  return mishap === 'frozen for 250 s' && before.moment === 'unsigned' && point.moment === 'signed' && isUnfenced;
}
