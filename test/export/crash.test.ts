import { describe, expect, test } from 'vitest';
import type { Mishap } from '../support/worker.ts';
import { exportHere, request } from './here.ts';

const asked = {
  ...request,
  requestId: 'a',
  enablePointInTimeRecovery: true,
  verify: true,
};

const asItShouldBe = { exports: 1, items: 3, completed: 1, failed: 0, state: 'COMPLETED', queue: 0 };

/** A table that is exported and read back while one of the processes meets with a mishap at one of its points. */
async function exportWith(mishap: Mishap | undefined, environment: number, at: number) {
  const here = await exportHere({
    withoutRecovery: true,
    dynamodb: { exportMs: () => 12_000 },
    fateOf: (number) => (number === environment ? (point) => (point === at ? mishap : undefined) : undefined),
  });
  const made = new Set<unknown>();
  try {
    here.aws.intercept(async (call, perform) => {
      const answer = await perform();
      if (call.operation === 'ExportTableToPointInTime') {
        made.add((answer as { ExportDescription: { ExportArn: string } }).ExportDescription.ExportArn);
      }
      return answer;
    });
    here.send(asked, 'event-1');
    // EventBridge and Lambda promise at least once: whoever died before the task was written is started again.
    here.clock.at(here.clock.now() + 70_000, () => here.send(asked, 'event-1'));
    await here.untilEnded(1, 4 * 3_600_000);
    // Until whoever was frozen has come to, too.
    await here.pass(mishap === 'kill' ? 200_000 : 700_000);
    const [completed] = here.factsOf('Export Completed');
    const idsOf = (type: string) => new Set(here.factsOf(type).map(({ detail }) => detail.id)).size;
    const task = completed && (await here.taskOf(String(completed.detail.task)));
    const queue = await here.done(
      here.world().world.catalog.get({ pk: 'admission', sk: 'export#123456789012/us-east-1' }),
    );
    return {
      points: here.workers.map(({ points }) => points),
      verdict: {
        exports: made.size,
        items: here.lines().length,
        completed: idsOf('Export Completed'),
        failed: idsOf('Export Failed'),
        state: task?.due === undefined ? task?.state : 'still due',
        queue: [queue?.waiting, queue?.running].filter((part) => part !== undefined).length,
      },
    };
  } finally {
    here.close();
  }
}

describe('an export ends well, once, and is verified', () => {
  test('when nothing happens', async () => {
    expect((await exportWith(undefined, -1, -1)).verdict).toEqual(asItShouldBe);
  });

  test.each<[string, string, Mishap, number]>([
    ['whatever', 'killed', 'kill', 1],
    ['every other', 'frozen for 250 s', { freezeMs: 250_000 }, 2],
    // Longer than AWS takes a signature for.
    ['every third', 'frozen for 500 s', { freezeMs: 500_000 }, 3],
  ])('at %s point one of its processes is %s', async (_points, _is, mishap, every) => {
    const { points } = await exportWith(undefined, -1, -1);
    const wrong: unknown[] = [];
    for (const [environment, count] of points.entries()) {
      for (let at = environment % every; at < count; at += every) {
        const { verdict } = await exportWith(mishap, environment, at);
        if (JSON.stringify(verdict) !== JSON.stringify(asItShouldBe)) wrong.push({ environment, at, ...verdict });
      }
    }
    expect(wrong).toEqual([]);
    expect(points.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50);
  });
});
