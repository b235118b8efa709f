import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryCatalog } from '../../bench/catalog.ts';
import { cursorOf } from '../../shared/cursor.ts';
import { runItem, runKey } from '../../shared/ledger.ts';
import { runId } from '../../shared/names.ts';
import { listRuns, readRun, tablesOfRun } from '../../shared/run/list.ts';
import type { Run } from '../../shared/run.ts';
import { putTask } from '../../shared/task/asked.ts';
import { listTasks, readTask } from '../../shared/task/list.ts';
import { listedKey, type Task, taskId } from '../../shared/task/task.ts';
import type { World } from '../../shared/world.ts';
import { type History, histories, hub, put, reader, remember } from './ledger.ts';

const byTime = (a: Run, b: Run) => (a.stamp === b.stamp ? (keyOf(a) < keyOf(b) ? -1 : 1) : a.stamp < b.stamp ? 1 : -1);
const keyOf = (run: Run) => String(runItem(run).pk);

async function allRuns(world: World, query: Parameters<typeof listRuns>[1]): Promise<Run[]> {
  const all: Run[] = [];
  let cursor: string | undefined;
  do {
    const page = await listRuns(world, { ...query, ...(cursor && { cursor }) });
    all.push(...(page?.runs ?? []));
    cursor = page?.next;
  } while (cursor !== undefined);
  return all;
}

async function with_(runs: History[]) {
  const { catalog, world } = reader();
  await remember(catalog);
  for (const run of runs) await put(catalog, run);
  return { catalog, world };
}

test('runs come newest first over all plans and targets, each once', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(undefined, 'daily', 'old'),
      fc.constantFrom(undefined, hub),
      async (runs, limit, plan, target) => {
        const { world } = await with_(runs);
        const found = await allRuns(world, { limit, ...(plan && { plan }), ...(target && { target }) });
        const wanted = runs
          .map(({ run }) => run)
          .filter((run) => (!plan || run.plan === plan) && (!target || run.target.account === target.account));
        expect(found.map(runId)).toEqual(wanted.sort(byTime).map(runId));
      },
    ),
  );
});

test('a run is read by its id, with its tables page by page', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 1, max: 4 }), async (runs, limit) => {
      const { world } = await with_(runs);
      for (const { run, backups } of runs) {
        expect(await readRun(world, runId(run))).toEqual(run);
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await tablesOfRun(world, run, { limit, ...(cursor && { cursor }) });
          found.push(...(page?.tables ?? []).map(({ tableId, isDuplicate }) => `${tableId}${isDuplicate ?? ''}`));
          cursor = page?.next;
        } while (cursor !== undefined);
        expect(found.sort()).toEqual(
          backups.map(({ tableId, isDuplicate }) => `${tableId}${isDuplicate ?? ''}`).sort(),
        );
      }
    }),
  );
});

test('a run that goes on shows the tables that wait as well', async () => {
  const [history] = fc.sample(
    histories.filter(([first]) => first?.run.state === 'RUNNING'),
    { numRuns: 1, seed: 1 },
  )[0] as [History];
  const { catalog, world } = await with_([history]);
  const { run, backups } = history;
  const tables = [{ id: 'waits', name: 'waits' }, ...backups.map(({ tableId: id, tableName: name }) => ({ id, name }))];
  await catalog.put({ pk: keyOf(run), sk: `tables#${run.stamp}#00000`, tables });
  const page = await tablesOfRun(world, run, {});
  expect(page?.tables.filter(({ state }) => state === 'PENDING').map(({ tableId }) => tableId)).toEqual(['waits']);
  expect(page?.tables).toHaveLength(backups.length + 1);
});

test.each(['', 'orders', '123456789012/us-east-1/nightly', '1/us-east-1/x/20260131T020000Z', '../../../x'])(
  'no run has the id "%s"',
  async (id) => {
    expect(await readRun(reader().world, id)).toBeUndefined();
  },
);

test.each(['', '!', 'WzEsMl0', 'e30'])('the cursor "%s" belongs to no list', async (cursor) => {
  expect(await listRuns(reader().world, { cursor })).toBeUndefined();
  expect(await listTasks(reader().world, { cursor })).toBeUndefined();
});

test.each(['', 'a', 'run#', '\uffff', '\ud83d\ude00'])(
  'a cursor that leads to "%s" is none: no key is made of it',
  async (sk) => {
    const { world } = await with_([]);
    expect(await listRuns(world, { cursor: cursorOf(['runs', undefined, undefined], [sk, '']) })).toBeUndefined();
    expect(await listTasks(world, { cursor: cursorOf(['tasks', undefined], [sk]) })).toBeUndefined();
    const run = { plan: 'daily', target: hub, stamp: '20260131T020000Z' } as Run;
    for (const place of [sk, `backup#20260131T020000Z#${sk.replace(/^[ -~]*$/, '\uffff')}`]) {
      expect(await tablesOfRun(world, run, { cursor: cursorOf(['tables', runKey(run)], [place]) })).toBeUndefined();
    }
  },
);

const task = (number: number, acceptedAt: number): Task => ({
  id: taskId(number % 3 === 0 ? 'export' : 'restore', String(number)),
  kind: number % 3 === 0 ? 'export' : 'restore',
  state: 'ACCEPTED',
  requestId: String(number),
  contentHash: '',
  requester: { name: 'somebody', kind: 'claimed' },
  reason: 'a test',
  acceptedAt,
  steps: [],
});

test('tasks come newest first, each once, and one that never came to be is not among them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(40), { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(undefined, 'restore' as const, 'export' as const),
      async (numbers, limit, kind) => {
        const catalog = new MemoryCatalog();
        const tasks = numbers.map((number) => task(number, Math.floor(number / 2) * 1000));
        for (const one of tasks) {
          await catalog.put({ ...listedKey({ ...one, acceptedAt: one.acceptedAt + 500 }) });
          await putTask({ catalog } as unknown as World, one);
        }
        await catalog.put({ ...listedKey({ id: taskId('restore', 'died'), acceptedAt: 7000 }) });
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await listTasks({ catalog }, { limit, ...(kind && { kind }), ...(cursor && { cursor }) });
          found.push(...(page?.tasks ?? []).map(({ id }) => id));
          cursor = page?.next;
        } while (cursor !== undefined);
        const wanted = tasks.filter((one) => !kind || one.kind === kind).map((one) => listedKey(one).sk);
        expect(found).toEqual(
          wanted
            .sort()
            .toReversed()
            .map((key) => key.slice(25)),
        );
        for (const { id } of tasks) expect(await readTask({ catalog }, id)).toMatchObject({ id });
      },
    ),
  );
});

test('the only import among the tasks of 400 days is found in some calls', async () => {
  const catalog = new MemoryCatalog();
  const old = { ...task(1, 0), id: taskId('import', 'old'), kind: 'import' as const };
  await putTask({ catalog } as unknown as World, old);
  for (let number = 0; number < 20_000; number++) {
    await catalog.put({ ...listedKey({ id: taskId('export', String(number)), acceptedAt: (number + 1) * 60_000 }) });
  }
  catalog.spent.calls = 0;
  const page = await listTasks({ catalog }, { kind: 'import', limit: 1 });
  expect(page?.tasks.map(({ id }) => id)).toEqual([old.id]);
  expect(catalog.spent.calls).toBeLessThan(20);
});
