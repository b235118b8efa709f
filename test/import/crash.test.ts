import { describe, expect, test } from 'vitest';
import type { Mishap } from '../support/worker.ts';
import { importHere, makeOrders, order } from './here.ts';

const quarter = 900_000;
/**
 * An import has some 500 points, which take minutes: EVERY_POINT=1 tries them all. Else each mishap has its share, with a
 * freeze at the policy and one at a write among them.
 */
const stride = process.env.EVERY_POINT ? 1 : 57;

const asItShouldBe = { tables: 1, differing: 0, completed: 1, failed: 0, state: 'COMPLETED', queue: 0, policy: 'none' };

interface How {
  operation: 'ImportTable' | 'CreateTable';
  more: Record<string, unknown>;
  key: Record<string, Record<string, string>>;
}

const byAws: How = { operation: 'ImportTable', more: {}, key: { id: { S: 'order-1' } } };

const keys = (sort: string) => [
  { AttributeName: 'id', KeyType: 'HASH' },
  { AttributeName: sort, KeyType: 'RANGE' },
];

/** A local index, which ImportTable cannot make. */
const byWrites: How = {
  operation: 'CreateTable',
  more: {
    AttributeDefinitions: Object.entries({ id: 'S', n: 'N', round: 'N' }).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keys('n'),
    LocalSecondaryIndexes: [{ IndexName: 'by-round', KeySchema: keys('round'), Projection: { ProjectionType: 'ALL' } }],
  },
  key: { id: { S: 'order-1' }, n: { N: '1' } },
};

/** A full export and two windows become a table while one of the processes meets with a mishap at one of its points. */
async function importWith(mishap: Mishap | undefined, environment: number, at: number, how: How) {
  const here = await importHere({
    fateOf: (number) => (number === environment ? (point) => (point === at ? mishap : undefined) : undefined),
  });
  const made = new Set<unknown>();
  try {
    await makeOrders(here, how.more);
    for (let n = 0; n < 4; n++) await here.put('orders', order(n));
    await here.pass(1000);
    const full = await here.exportFull('orders');
    await here.put('orders', order(0, { round: { N: '1' } }));
    await here.remove('orders', how.key);
    await here.pass(quarter);
    const first = await here.exportWindow('orders', full);
    await here.put('orders', order(0, { round: { N: '2' } }));
    await here.put('orders', order(1));
    await here.pass(quarter);
    const second = await here.exportWindow('orders', first);
    here.aws.intercept(async (call, perform) => {
      const answer = await perform();
      if (call.operation === how.operation) {
        const [said] = Object.values(answer as Record<string, { TableId: string }>);
        made.add(said?.TableId);
      }
      return answer;
    });
    const asked = {
      requestId: 'a',
      source: { bucket: 'archive', export: full.folder, increments: [first.folder, second.folder] },
      target: { tableName: 'orders-again', deletionProtection: true },
      reason: 'a test',
    };
    here.send(asked, 'event-1');
    // EventBridge and Lambda promise at least once: whoever died before the task was written is started again.
    here.clock.at(here.clock.now() + 70_000, () => here.send(asked, 'event-1'));
    await here.untilEnded(1, 16 * quarter);
    await here.pass(900_000);
    const [completed] = here.factsOf('Import Completed');
    const idsOf = (type: string) => new Set(here.factsOf(type).map(({ detail }) => detail.id)).size;
    const task = completed && (await here.taskOf(String(completed.detail.task)));
    const queue = await here.done(
      here.world().world.catalog.get({ pk: 'admission', sk: 'import#123456789012/us-east-1' }),
    );
    const there = await here.items('orders');
    const again = await here.items('orders-again');
    const ResourceArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders-again';
    const policy = await here.call('GetResourcePolicy', { ResourceArn }).catch(() => 'none');
    return {
      points: here.workers.map(({ points }) => points),
      verdict: {
        tables: made.size,
        differing:
          there.filter((item) => !again.includes(item)).length + again.filter((item) => !there.includes(item)).length,
        completed: idsOf('Import Completed'),
        failed: idsOf('Import Failed'),
        state: task?.due === undefined ? task?.state : 'still due',
        queue: [queue?.waiting, queue?.running].filter((part) => part !== undefined).length,
        policy,
      },
    };
  } finally {
    here.close();
  }
}

describe.each([
  ['by ImportTable', byAws],
  ['by writes of ours', byWrites],
])('an import %s ends well, once, with every item as it was', (_, how) => {
  test('when nothing happens', async () => {
    expect((await importWith(undefined, -1, -1, how)).verdict).toEqual(asItShouldBe);
  });

  test.each<[string, number, Mishap]>([
    ['killed', 19, 'kill'],
    ['frozen for 250 s', 38, { freezeMs: 250_000 }],
    ['frozen for 500 s', 0, { freezeMs: 500_000 }],
  ])('at whatever point one of its processes is %s', { timeout: 900_000 }, async (_mishap, first, mishap) => {
    const { points } = await importWith(undefined, -1, -1, how);
    const wrong: unknown[] = [];
    for (const [environment, count] of points.entries()) {
      for (let at = first % stride; at < count; at += stride) {
        const { verdict } = await importWith(mishap, environment, at, how);
        if (JSON.stringify(verdict) !== JSON.stringify(asItShouldBe)) wrong.push({ environment, at, ...verdict });
      }
    }
    expect(wrong).toEqual([]);
    expect(points.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50);
  });
});
