import { describe, expect, test } from 'vitest';
import { startAt } from './place.ts';
import { simulate } from './simulation.ts';
import { type Act, type Story, storyOf } from './story.ts';

const minuteMs = 60_000;
const here = { installation: 0 };
const fire = (minute: number): Act => ({ do: 'fire', plan: 'nightly', atMs: minute * minuteMs, ...here });

/** Two runs, and one backup too many: the first is deleted. Nothing goes wrong. */
const storyWith = (acts: Act[]): Story => ({
  ...storyOf(1),
  ...{ tables: ['orders-0'], installations: 1, hasExports: false, hasSettings: false, faults: {}, acts },
  plans: {
    nightly: { schedule: 'cron(0 2 * * ? *)', tables: { include: ['orders-?'] }, keep: { last: 1 }, overlap: 'queue' },
  },
  ...{
    faultsUntilMs: 3 * minuteMs,
    latencyMs: 2,
    backupMs: 2000,
    listLagMs: 0,
    graceMs: minuteMs,
    heartbeatMs: minuteMs,
  },
});

interface Steps {
  acts: Act[];
  /** Whose calls. */
  of: RegExp;
  /** Each of them before each call takes effect, which is after the one before it, and after the last. */
  deeds: Act[];
  /** So many steps at least: fewer would mean that the story is another one. */
  steps: number;
}

/** When the second run begins. */
const second = startAt + 3 * minuteMs;

const at = { atMs: 0, ...here };
const held: Act = { do: 'hold', nth: 0, atMs: 90_000, ...here };

const stories: Record<string, Steps> = {
  'a run of retention': {
    acts: [fire(0), fire(2)],
    of: /^apply-retention/,
    deeds: [
      { do: 'hold', nth: 0, ...at },
      { do: 'hold', nth: 1, ...at },
      { do: 'restore', table: 'orders-0', target: 'again', nth: 0, ...at },
      { do: 'deleteByHand', nth: 0, ...at },
      { do: 'deleteByHand', nth: 1, ...at },
      { do: 'deleteRequest', nth: 0, ...at },
      { do: 'retain', confirm: false, ...at },
      { do: 'deploy', last: 2, ...at },
      { do: 'fire', plan: 'nightly', ...at },
      { do: 'forge', table: 'orders-0', ...at },
      { do: 'dropTable', table: 'orders-0', ...at },
    ],
    steps: 14,
  },
  'a run of retention that finds a backup held': {
    acts: [fire(0), held, fire(2)],
    of: /^apply-retention/,
    deeds: [{ do: 'release', nth: 0, ...at }],
    steps: 6,
  },
  'a run': {
    acts: [fire(0), fire(2)],
    of: /^(start-run|take-backups)/,
    deeds: [
      { do: 'deploy', last: 2, ...at },
      { do: 'fire', plan: 'nightly', ...at },
      { do: 'dropTable', table: 'orders-0', ...at },
    ],
    steps: 20,
  },
};

describe('no rule is broken, whatever is done at whatever step of', () => {
  test.each(Object.entries(stories))('%s', { timeout: 300_000 }, async (_, { acts, of, deeds, steps }) => {
    const undisturbed = await simulate(storyWith(acts));
    expect(undisturbed.violation).toBeUndefined();
    const names = undisturbed.sent.filter(
      ({ process, at }) => of.test(process) && at > second && at < second + minuteMs,
    );
    expect(names.length).toBeGreaterThan(steps);
    const places = [...names.map(({ name }) => `before ${name}`), `after ${names.at(-1)?.name}`];
    const broken: string[] = [];
    for (const deed of deeds) {
      const deletes = new Set<boolean>();
      for (const place of places) {
        const { violation, sent } = await simulate(storyWith([...acts, { ...deed, at: place }]));
        if (violation) broken.push(`${JSON.stringify(deed)} ${place}: ${violation.rule}: ${violation.found}`);
        deletes.add(sent.some(({ name, at }) => name === 'DeleteBackup 1' && at < second + minuteMs / 2));
      }
      // Early enough it keeps the backup, and later it is told that it is too late.
      if (isKeeping(deed)) expect(deletes).toEqual(new Set([true, false]));
    }
    expect(broken).toEqual([]);
  });
});

/** A hold, or the pin of a restore, on the backup that would be deleted. */
const isKeeping = (deed: Act): boolean => (deed.do === 'hold' || deed.do === 'restore') && deed.nth === 0;
