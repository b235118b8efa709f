import { describe, expect, test } from 'vitest';
import type { World } from '../../shared/world.ts';
import type { Mishap } from '../support/worker.ts';
import { reason, restoreHere } from './here.ts';
import { deleteTable, itemsOf, tablesOf, withItems } from './tables.ts';

const request = {
  requestId: 'incident-1',
  source: { table: 'orders', latest: true },
  target: {
    tableName: 'orders',
    tags: { team: 'shop' },
    deletionProtection: true,
    pointInTimeRecovery: { days: 7 },
    timeToLive: { attribute: 'expires' },
  },
  verify: { sample: [{ id: { S: 'item-0' } }], count: true },
  reason,
};

const asItShouldBe = {
  tables: ['orders'],
  items: 2,
  restores: 1,
  completed: 1,
  failed: 0,
  putBack: ['deletionProtection', 'tags', 'pointInTimeRecovery', 'timeToLive'].toSorted(),
  state: 'COMPLETED',
  queue: 0,
};

/** A deleted table that is brought back while one of the processes meets with a mishap at one of its points. */
async function restoreWith(
  mishap: Mishap | undefined,
  environment: number,
  at: number,
  around?: (world: World) => World,
) {
  let accepted = 0;
  const here = await restoreHere({
    dynamodb: { restoreMs: () => 12_000 },
    fateOf: (number) => (number === environment ? (point) => (point === at ? mishap : undefined) : undefined),
    ...(around && { around }),
  });
  try {
    here.aws.onCall(({ call, error }) => {
      if (call.operation === 'RestoreTableFromBackup' && error === undefined) accepted++;
    });
    await withItems(here, 'orders', 2);
    await here.backUp('orders');
    await deleteTable(here, 'orders');
    here.send(request, 'event-1');
    // EventBridge and Lambda promise at least once: whoever died before the task was written is started again.
    here.clock.at(here.clock.now() + 70_000, () => here.send(request, 'event-1'));
    await here.untilEnded(1, 4 * 3_600_000);
    await here.clock.run(here.clock.now() + 900_000);
    const [completed] = here.factsOf('Restore Completed');
    const idsOf = (type: string) => new Set(here.factsOf(type).map(({ detail }) => detail.id)).size;
    const task = completed && (await here.taskOf(String(completed.detail.task)));
    const queue = await here.done(
      here.world().world.catalog.get({ pk: 'admission', sk: 'restore#123456789012/us-east-1' }),
    );
    return {
      points: here.workers.map(({ points }) => points),
      verdict: {
        tables: await tablesOf(here),
        items: await itemsOf(here, 'orders').catch(() => 0),
        restores: accepted,
        completed: idsOf('Restore Completed'),
        failed: idsOf('Restore Failed'),
        putBack: ((completed?.detail.settingsPutBack ?? []) as string[]).toSorted(),
        state: task?.due === undefined ? task?.state : 'still due',
        queue: [queue?.waiting, queue?.running].filter((part) => part !== undefined).length,
      },
    };
  } finally {
    here.close();
  }
}

const isWrong = (found: object) => JSON.stringify(found) !== JSON.stringify(asItShouldBe);

describe('a restore ends well, once, and puts everything back', () => {
  test('when nothing happens', async () => {
    expect((await restoreWith(undefined, -1, -1)).verdict).toEqual(asItShouldBe);
  });

  test.each<[string, string, Mishap, number, number]>([
    ['whatever', 'killed', 'kill', 2, 1],
    ['every third', 'frozen for 250 s', { freezeMs: 250_000 }, 2, 3],
    // Longer than AWS takes a signature for: that matters to the call that starts the restore.
    ['every other', 'frozen for 500 s', { freezeMs: 500_000 }, 1, 2],
  ])('at %s point one of its processes is %s', async (_points, _is, mishap, environments, every) => {
    const { points } = await restoreWith(undefined, -1, -1);
    const wrong: unknown[] = [];
    for (const [environment, count] of points.slice(0, environments).entries()) {
      for (let at = environment % every; at < count; at += every) {
        const { verdict } = await restoreWith(mishap, environment, at);
        if (isWrong(verdict)) wrong.push({ environment, at, ...verdict });
      }
    }
    expect(wrong).toEqual([]);
    expect(points[0]).toBeGreaterThan(50);
  });
});
