import { afterEach, beforeEach, expect, test } from 'vitest';
import { readDeadLetters } from '../../shared/audit/dead-letters.ts';
import { findStalled } from '../../shared/audit/stalled.ts';
import type { World } from '../../shared/world.ts';
import { type Surroundings, surroundings } from '../retention/surroundings.ts';

let here: Surroundings;
beforeEach(async () => {
  here = await surroundings('2026-01-01T00:00Z');
});
afterEach(() => here.restore());

/** The bus does not take events of that type. */
const without = (type: string): World => ({
  ...here.world,
  facts: {
    publish: (contract, details) =>
      contract.type === type ? Promise.reject(new Error('not taken')) : here.world.facts.publish(contract, details),
  },
});

test('a dead letter is removed only when people have been told of it', async () => {
  await here.deadLetter('{}');
  await expect(here.run(readDeadLetters(without('Dead Letters Found')))).rejects.toThrow('not taken');
  await here.pass(here.clock.now() + 600_000);
  expect(await here.run(readDeadLetters(here.world))).toBe(1);
  expect(here.told('Dead Letters Found')).toHaveLength(1);
});

test('what stands still is remembered as told only when people have been told of it', async () => {
  const key = { pk: 'task#restore-1', sk: 'task' };
  await here.world.catalog.put({ ...key, due: 'work', dueAt: here.clock.now() - 7_200_000 });
  await expect(here.run(findStalled(without('Work Stalled')))).rejects.toThrow('not taken');
  await here.run(findStalled(here.world));
  await here.run(findStalled(here.world));
  expect(here.told('Work Stalled')).toHaveLength(1);
});
