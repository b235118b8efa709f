import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beforeMissed } from '../../shared/aws/fence.ts';
import type { World } from '../../shared/world.ts';
import { service } from '../support/service.ts';
import type { Mishap } from '../support/worker.ts';
import { verdict, withTables } from './nightly.ts';

const tables = 2;
const asItShouldBe = { backups: tables, doubled: 0, completed: tables, failed: 0, skipped: 0, runs: 1 };

interface Story {
  /** What happens to the n-th process of take-backups, at which of its points. */
  mishaps?: [at: number, mishap: Mishap][];
  around?: (world: World) => World;
  listLagMs?: number;
}

async function tell({ mishaps = [], around, listLagMs = 0 }: Story) {
  const here = await withTables(tables, { dynamodb: { listLagMs } });
  try {
    const functions = service(here, {
      fateOf: (environment) => {
        const [at, mishap] = mishaps[environment] ?? [];
        return (point) => (point === at ? mishap : undefined);
      },
      ...(around !== undefined && { around }),
    });
    functions.fire('nightly');
    await functions.untilEnded();
    // A process that stood still goes on.
    await here.clock.run(here.clock.now() + 600_000);
    return { verdict: await verdict(here, functions), points: functions.workers[1]?.points ?? 0 };
  } finally {
    here.close();
  }
}

const isWrong = (found: object) => JSON.stringify(found) !== JSON.stringify(asItShouldBe);

async function everyPoint(mishap: Mishap, first: number, every: number) {
  const { points } = await tell({});
  const wrong: unknown[] = [];
  for (let at = first; at < points; at += every) {
    const { verdict } = await tell({ mishaps: [[at, mishap]] });
    if (isWrong(verdict)) wrong.push({ at, ...verdict });
  }
  return { points, wrong };
}

describe('there is exactly one backup per run and table, each end is told, and the run ends', () => {
  test.each<[string, string, Mishap, number, number]>([
    ['whatever', 'killed', 'kill', 0, 1],
    ['every even', 'frozen for 250 s', { freezeMs: 250_000 }, 0, 2],
    ['every odd', 'frozen for 500 s', { freezeMs: 500_000 }, 1, 2],
  ])('at %s point its process is %s', async (_which, _is, mishap, first, every) => {
    const { points, wrong } = await everyPoint(mishap, first, every);
    expect(wrong).toEqual([]);
    expect(points).toBeGreaterThan(50);
  });

  test('when one process after another has a mishap, at whatever points, while AWS lists late', async () => {
    const { points } = await tell({});
    const point = fc.nat(points);
    const mishap = fc.constantFrom<Mishap>('kill', { freezeMs: 100_000 }, { freezeMs: 250_000 }, { freezeMs: 500_000 });
    const mishaps = fc.array(fc.tuple(point, mishap), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(mishaps, fc.constantFrom(0, 25_000), async (mishaps, listLagMs) => {
        expect((await tell({ mishaps, listLagMs })).verdict).toEqual(asItShouldBe);
      }),
      { numRuns: 40 },
    );
  });

  test('at whatever point start-run is killed, as the firing comes again', async () => {
    for (let at = 0, isKilled = true; isKilled; at++) {
      const here = await withTables(tables);
      const fateOfStart = (environment: number) => (point: number) =>
        environment === 0 && point === at ? ('kill' as const) : undefined;
      const functions = service(here, { fateOfStart });
      const firedAt = here.clock.now();
      functions.fire('nightly', firedAt);
      await here.clock.run(firedAt + 60_000);
      functions.fire('nightly', firedAt);
      await functions.untilEnded();
      expect(await verdict(here, functions)).toEqual(asItShouldBe);
      isKilled = functions.workers[0]?.isDead ?? false;
      here.close();
    }
  });
});

/** The world of a process that leaves one safeguard out. */
const without: Record<string, (world: World) => World> = {
  look: (world) => ({
    ...world,
    dynamodb: (target, capability) => {
      const dynamodb = world.dynamodb(target, capability);
      const isLook = (from: number, until: number) => until - from > 300_000;
      return {
        ...dynamodb,
        listBackups: async (window) =>
          isLook(window.from, window.until) ? { backups: [] } : dynamodb.listBackups(window),
      };
    },
  }),
  settling: (world) => ({
    ...world,
    catalog: {
      ...world.catalog,
      async *query(range) {
        for await (const item of world.catalog.query(range)) yield { ...item, leaseUntil: 0 };
      },
    },
  }),
  fence: (world) => ({
    ...world,
    dynamodb: (target, capability) => {
      const dynamodb = world.dynamodb(target, capability);
      return {
        ...dynamodb,
        // Of its claim and of its slot.
        createBackup: (table, name) =>
          beforeMissed(
            () => false,
            () => dynamodb.createBackup(table, name, Number.POSITIVE_INFINITY),
          ),
      };
    },
  }),
};

describe('each safeguard is needed', () => {
  test.each<[string, Mishap]>([
    ['look', { freezeMs: 500_000 }],
    ['settling', { freezeMs: 250_000 }],
    ['fence', { freezeMs: 500_000 }],
  ])('without the %s there are two backups sooner or later', async (safeguard, mishap) => {
    const { points } = await tell({});
    const around = without[safeguard];
    let doubled = 0;
    // In the first third of its points it has sent nothing yet.
    for (let at = Math.floor(points / 3); at < points && doubled === 0; at++) {
      doubled = (await tell({ mishaps: [[at, mishap]], ...(around !== undefined && { around }) })).verdict.doubled;
    }
    expect(doubled).toBeGreaterThan(0);
  });
});
