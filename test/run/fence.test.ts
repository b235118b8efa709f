import { afterEach, expect, test } from 'vitest';
import { done } from '../support/done.ts';
import { hub, type Local, local } from '../support/world.ts';

let here: Local | undefined;
afterEach(() => here?.close());

test.each([
  [0, true],
  [5000, true],
  [-1000, false],
])('a request whose stamp may be %i ms from now at most leaves: %s', async (ms, leaves) => {
  here = await local();
  await here.createTable('orders');
  await here.clock.run(here.clock.now() + 5000);
  const { world } = here.world();
  const backup = world.dynamodb(hub, 'backup').createBackup('orders', 'a-backup', here.clock.now() + ms);
  const outcome = await done(here, backup).then(
    () => true,
    (error: Error) => error.name,
  );
  expect(outcome).toBe(leaves || 'FencedError');
  expect(here.dynamodb.counters().CreateBackup?.accepted ?? 0).toBe(leaves ? 1 : 0);
});

test('held up before its signature a request does not leave, held up after it AWS refuses it', async () => {
  const outcomes: string[] = [];
  for (let at = 0; outcomes.at(-1) !== 'made'; at++) {
    here = await local();
    await here.createTable('orders');
    await here.clock.run(here.clock.now() + 5000);
    const { world } = here.world((point) => (point === at ? { freezeMs: 301_000 } : undefined));
    const backup = world.dynamodb(hub, 'backup').createBackup('orders', 'a-backup', here.clock.now() + 50_000);
    const outcome = await done(here, backup).then(
      () => 'made',
      (error: Error) => error.name,
    );
    outcomes.push(outcome);
    expect(here.dynamodb.counters().CreateBackup?.accepted ?? 0).toBe(outcome === 'made' ? 1 : 0);
    here.close();
  }
  const inOrder = outcomes.filter((outcome, index) => outcome !== outcomes[index - 1]);
  expect(inOrder).toEqual(['FencedError', 'InvalidSignatureException', 'made']);
});
