import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WorkDue } from '../../events/run-events.ts';
import { runItem } from '../../shared/ledger.ts';
import { beat } from '../../shared/run/heartbeat.ts';
import { done } from '../support/done.ts';
import { hub, type Local, local } from '../support/world.ts';

let here: Local;
beforeEach(async () => {
  here = await local();
});
afterEach(() => here.close());

const fact = (n: number) => ({
  id: `fact-${n}`,
  at: '2026-01-31T02:00:00.000Z',
  sentence: 'A run is to be gone on with.',
  work: 'run' as const,
  key: `run-${n}`,
});

describe('facts', () => {
  test('go out ten a call, in order, with the installation', async () => {
    const { world } = here.world();
    const facts = Array.from({ length: 25 }, (_, n) => fact(n));
    let calls = 0;
    here.aws.onCall(({ call }) => call.operation === 'PutEvents' && calls++);
    await done(here, world.facts.publish(WorkDue, facts));
    expect(calls).toBe(3);
    expect(here.facts.map(({ detail }) => detail.id)).toEqual(facts.map(({ id }) => id));
    expect(here.facts[0]?.detail.installation).toBe(world.installation);
  });

  test('that are not as their contract says are not put, nor any of the others', async () => {
    const { world } = here.world();
    const wrong = { ...fact(1), sentence: '' };
    await expect(done(here, world.facts.publish(WorkDue, [fact(0), wrong]))).rejects.toThrow();
    expect(here.facts).toEqual([]);
  });

  test('that the bus refuses are put again, and only those', async () => {
    const { world } = here.world();
    let calls = 0;
    const put: string[] = [];
    here.aws.intercept(async (call, perform) => {
      if (call.operation !== 'PutEvents') return perform();
      const entries = call.input.Entries as { Detail: string }[];
      put.push(...entries.map(({ Detail }) => JSON.parse(Detail).id));
      if (calls++ > 0) return perform();
      const refused = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' };
      return { FailedEntryCount: 1, Entries: entries.map((_, n) => (n === 1 ? refused : { EventId: 'e' })) };
    });
    await done(here, world.facts.publish(WorkDue, [fact(0), fact(1), fact(2)]));
    expect(put).toEqual(['fact-0', 'fact-1', 'fact-2', 'fact-1']);
  });

  test('that the bus never takes are an error, so that nothing is lost in silence', async () => {
    const { world } = here.world();
    here.aws.intercept(async (call, perform) =>
      call.operation === 'PutEvents'
        ? { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'no' }] }
        : perform(),
    );
    await expect(done(here, world.facts.publish(WorkDue, [fact(0)]))).rejects.toThrow(/not taken by the bus facts/);
  });
});

describe('the heartbeat', () => {
  test('tells what is due, each with the key that its function goes on by, and leaves the rest', async () => {
    const { world } = here.world();
    const now = here.clock.now();
    const run = (stamp: string, dueAt: number) => {
      const item = runItem({
        target: hub,
        plan: 'nightly',
        stamp,
        state: 'RUNNING',
        selector: { include: ['*'], exclude: [], tags: {} },
        scheduledAt: now,
        deadlineAt: now,
        overlap: 'skip',
        announcedUntil: now,
        throttled: 0,
        due: 'work',
        dueAt,
      });
      return done(here, world.catalog.put(item));
    };
    await run('20260131T020000Z', now - 1);
    await run('20260131T030000Z', now + 3_600_000);
    await done(
      here,
      world.catalog.put({ pk: '123456789012/us-east-1#nightly', sk: 'retention', due: 'work', dueAt: now - 0.5 }),
    );
    await done(
      here,
      world.catalog.put({ pk: 'audit#123456789012/us-east-1', sk: 'cursor', due: 'work', dueAt: now - 0.25 }),
    );
    await done(here, world.catalog.put({ pk: 'task#restore-1', sk: 'task', due: 'work', dueAt: now }));
    expect(await done(here, beat(world)())).toEqual({ due: 4 });
    expect(here.facts.map(({ type, detail }) => [type, detail.work, detail.key])).toEqual([
      ['Work Due', 'run', '123456789012/us-east-1/nightly/20260131T020000Z'],
      ['Work Due', 'retention', '123456789012/us-east-1#nightly|retention'],
      ['Work Due', 'audit', 'audit#123456789012/us-east-1|cursor'],
      ['Work Due', 'task', 'task#restore-1|task'],
    ]);
  });
});
