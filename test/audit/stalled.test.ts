import { afterEach, describe, expect, test } from 'vitest';
import { findStalled } from '../../shared/audit/stalled.ts';
import { auditDoor, runAudit } from '../../shared/audit/trigger.ts';
import { receive } from '../../shared/door.ts';
import { runItem, runKey } from '../../shared/ledger.ts';
import { stampOf } from '../../shared/names.ts';
import { retentionKey } from '../../shared/retention/apply.ts';
import type { Run } from '../../shared/run.ts';
import { taskKey } from '../../shared/task/task.ts';
import type { World } from '../../shared/world.ts';
import { aPlan, hub, type Surroundings, surroundings } from '../retention/surroundings.ts';
import { nightly, withTables } from '../run/nightly.ts';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';

let here: Surroundings | undefined;
let local: Local | undefined;
afterEach(() => {
  here?.restore();
  local?.close();
});

const hour = 3_600_000;
const place = `${hub.account}/${hub.region}`;

async function begin(): Promise<Surroundings> {
  here = await surroundings('2026-01-01T00:00Z', [aPlan()]);
  return here;
}

const look = async (here: Surroundings) => {
  await here.run(findStalled(here.world));
  return here.told('Work Stalled');
};

/** A run under way, which its driver leaves for a minute at a time. */
async function aRun(here: Surroundings, more: Partial<Run> = {}): Promise<Run> {
  const scheduledAt = more.scheduledAt ?? here.clock.now();
  const run: Run = {
    ...{ target: hub, plan: 'nightly', stamp: stampOf(scheduledAt), state: 'RUNNING', scheduledAt },
    ...{ deadlineAt: scheduledAt + hour, selector: { include: ['*'], exclude: [], tags: {} }, overlap: 'skip' },
    ...{ announcedUntil: scheduledAt, throttled: 0 },
    ...more,
  };
  await here.run(here.world.catalog.put({ ...runItem(run), due: 'work', dueAt: here.clock.now() }));
  return run;
}

/** As a driver does that lives, or fails every time: it is never due for long. */
const pushOn = (here: Surroundings, run: Run) =>
  here.run(
    here.world.catalog.update(runKey(run), {
      update: 'SET dueAt = :at',
      values: { ':at': here.clock.now() + 240_000 },
    }),
  );

describe('a run', () => {
  test('that has not ended an hour after its deadline is told once, however often it is tried', async () => {
    const here = await begin();
    const run = await aRun(here);
    for (const minutes of [90, 119]) {
      await here.pass(Date.parse('2026-01-01T00:00Z') + minutes * 60_000);
      await pushOn(here, run);
      expect(await look(here), `after ${minutes} minutes`).toEqual([]);
    }
    for (const minutes of [125, 185, 245]) {
      await here.pass(Date.parse('2026-01-01T00:00Z') + minutes * 60_000);
      await pushOn(here, run);
      expect(await look(here), `after ${minutes} minutes`).toMatchObject([
        {
          count: 1,
          named: [`run ${place}/nightly/20260101T000010Z (its deadline was 2026-01-01T01:00:10.000Z)`],
          sentence: expect.stringMatching(/^A piece of work stands still: run .* log of take-backups/),
        },
      ]);
    }
  });

  test('that nobody has gone on with for an hour is told long before its deadline', async () => {
    const here = await begin();
    await aRun(here, { deadlineAt: here.clock.now() + 24 * hour });
    await here.pass('2026-01-01T00:59Z');
    expect(await look(here)).toEqual([]);
    await here.pass('2026-01-01T01:02Z');
    expect(await look(here)).toMatchObject([{ count: 1, named: [expect.stringContaining('due since')] }]);
  });

  test('whose every invocation fails is found', async () => {
    local = await withTables(2, { plans: { nightly: { ...nightly, deadline: '1h' } } });
    const around = (world: World): World => ({
      ...world,
      catalog: {
        ...world.catalog,
        query: () => {
          throw new Error('always');
        },
      },
    });
    const functions = service(local, { around });
    functions.fire('nightly');
    const audited = async (minutes: number) => {
      const until = local as Local;
      await until.clock.run(until.clock.now() + minutes * 60_000);
      let isOver = false;
      const looking = findStalled(until.world().world).finally(() => {
        isOver = true;
      });
      await until.until(() => isOver);
      await looking;
      return functions.factsOf('Work Stalled').length;
    };
    expect(await audited(100)).toBe(0);
    expect(await audited(60)).toBe(1);
    expect(await audited(60)).toBe(1);
    expect(functions.thrown.length).toBeGreaterThan(10);
  });
});

test('a retention, an audit and a task that are due for an hour are told as one, a thing that joins them later alone', async () => {
  const here = await begin();
  const due = { due: 'work', dueAt: here.clock.now() };
  const retention = retentionKey({ target: hub, plan: 'nightly' });
  for (const key of [retention, { pk: `audit#${place}`, sk: 'cursor' }, taskKey('restore-1')]) {
    await here.run(here.world.catalog.put({ ...key, ...due }));
  }
  await here.pass('2026-01-01T02:00Z');
  await look(here);
  await here.run(here.world.catalog.put({ ...taskKey('restore-2'), ...due }));
  await look(here);
  const [first, second, ...others] = await look(here);
  expect(others).toEqual([]);
  const since = '(due since 2026-01-01T00:00:10.000Z)';
  expect(first).toMatchObject({ count: 3, named: expect.any(Array) });
  expect((first?.named as string[] | undefined)?.toSorted()).toEqual([
    `audit of ${place} ${since}`,
    `retention of nightly in ${place} ${since}`,
    `task restore-1 ${since}`,
  ]);
  expect(first?.sentence).toMatch(/^3 pieces of work stand still: .* apply-retention/);
  expect(second).toMatchObject({ count: 1, named: [`task restore-2 ${since}`] });
});

test('what goes on again is forgotten, and told when it stands still another time', async () => {
  const here = await begin();
  const task = taskKey('restore-1');
  const stall = () => here.run(here.world.catalog.put({ ...task, due: 'work', dueAt: here.clock.now() - 2 * hour }));
  await stall();
  expect(await look(here)).toHaveLength(1);
  await here.run(here.world.catalog.update(task, { update: 'REMOVE due, dueAt' }));
  await here.pass(here.clock.now() + hour);
  expect(await look(here)).toHaveLength(1);
  await stall();
  const told = await look(here);
  expect(told).toHaveLength(2);
  expect(new Set(told.map(({ id }) => id)).size).toBe(2);
});

test('of many the first ten are named', async () => {
  const here = await begin();
  for (let n = 0; n < 12; n++) {
    await here.run(here.world.catalog.put({ ...taskKey(`restore-${n}`), due: 'work', dueAt: here.clock.now() }));
  }
  await here.pass('2026-01-01T02:00Z');
  const [told] = await look(here);
  expect(told?.count).toBe(12);
  expect(told?.named).toHaveLength(10);
  expect(told?.sentence).toContain('and 2 more');
});

test('the hourly audit looks for it, whatever else it finds', async () => {
  const here = await begin();
  await here.run(here.world.catalog.put({ ...taskKey('restore-1'), due: 'work', dueAt: here.clock.now() - 2 * hour }));
  expect(await here.run(runAudit(here.world)(receive(auditDoor, {}), here.invocation()))).toMatchObject({ stalled: 1 });
  expect(here.told('Work Stalled')).toHaveLength(1);
});
