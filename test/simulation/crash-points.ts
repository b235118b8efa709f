import { type Outcome, simulate } from './simulation.ts';
import { type Act, type Story, storyOf } from './story.ts';

/** What becomes of a process at a point: it dies, or stands still for less or more than the five minutes of a signature. */
export const mishaps = { killed: undefined, 'frozen for 250 s': 250_000, 'frozen for 500 s': 500_000 } as const;
export type Mishap = keyof typeof mishaps;

const minuteMs = 60_000;
const fire = (atMs: number): Act => ({ do: 'fire', plan: 'nightly', atMs, installation: 0 });

const calm = (acts: Act[], more: Partial<Story> = {}): Story => ({
  ...storyOf(1),
  ...{ tables: ['orders-0'], installations: 1, hasExports: false, acts, faults: { killed: 0, frozen: 0 } },
  plans: {
    nightly: { schedule: 'cron(0 2 * * ? *)', tables: { include: ['orders-?'] }, keep: { last: 1 }, overlap: 'queue' },
  },
  ...{ faultsUntilMs: 15 * minuteMs, latencyMs: 2, backupMs: 2000, listLagMs: 0, graceMs: 10 * minuteMs },
  ...more,
});

/** The small stories whose every point is tried. */
export const crashStories: Record<string, Story> = {
  run: calm([fire(0)]),
  retention: calm([fire(0), fire(2 * minuteMs)]),
  restore: calm([fire(0), { do: 'restore', table: 'orders-0', target: 'again', atMs: minuteMs, installation: 0 }]),
  exports: calm(
    [
      { do: 'putItem', table: 'orders-0', atMs: 1000, installation: 0 },
      { do: 'fireExports', atMs: 4 * minuteMs, installation: 0 },
      { do: 'putItem', table: 'orders-0', atMs: 10 * minuteMs, installation: 0 },
      { do: 'fireExports', atMs: 34 * minuteMs, installation: 0 },
    ],
    { hasExports: true, faultsUntilMs: 60 * minuteMs },
  ),
};

/** The points of a story that nothing happens in. */
export const pointsOf = async (story: Story): Promise<string[]> => (await simulate({ ...story, only: [] })).points;

/** The story with that mishap at each of these points. */
export function crashed(story: Story, mishap: Mishap, points: string[], more: Partial<Story> = {}): Promise<Outcome> {
  const freezeMs = mishaps[mishap];
  const kind = freezeMs === undefined ? 'killed' : 'frozen';
  const faults = { killed: 1, frozen: 1 };
  const only = points.map((point) => `${kind} at ${point}`);
  return simulate({ ...story, faults, only, ...(freezeMs !== undefined && { freezeMs }), ...more });
}
