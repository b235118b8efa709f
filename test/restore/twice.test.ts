import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { drive } from '../../shared/restore/drive.ts';
import { type RestoreHere, reason, restoreHere } from './here.ts';
import { withItems } from './tables.ts';

let here: RestoreHere;
beforeEach(async () => {
  here = await restoreHere();
});
afterEach(() => here.close());

/** A restore that is on its way, and one invocation that goes on with it. */
async function begin() {
  await withItems(here, 'orders');
  const backupArn = await here.backUp('orders');
  const { task = '' } = await here.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason });
  const invocation = { id: 'one', endsAt: here.clock.now() + 900_000 };
  return () => drive(here.world().world, task, invocation, 600_000);
}

test('a restore has one driver, also when Lambda delivers one invocation twice at once', async () => {
  const driven = await begin();
  const ends = await here.done(Promise.all([driven(), driven()]));
  expect(ends.map((end) => end?.state ?? 'none').sort()).toEqual(['COMPLETED', 'none']);
});

test('a driver lets its process end a second after its work, and not with the next renewal of its lease', async () => {
  const sleeps = new Set<number>();
  const { world } = here.world();
  const clock = {
    now: world.clock.now,
    async sleep(ms: number) {
      const until = here.clock.now() + ms;
      sleeps.add(until);
      await world.clock.sleep(ms);
      sleeps.delete(until);
    },
  };
  await withItems(here, 'orders');
  const backupArn = await here.backUp('orders');
  const { task = '' } = await here.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason });
  const invocation = { id: 'one', endsAt: here.clock.now() + 900_000 };
  await here.done(drive({ ...world, clock }, task, invocation, 0));
  for (const until of sleeps) expect(until - here.clock.now()).toBeLessThanOrEqual(1000);
});

test('a restore whose driver ends in an error is gone on with by the next invocation at once', async () => {
  const driven = await begin();
  const heal = here.aws.intercept((call, perform) =>
    call.operation === 'PutEvents' ? Promise.reject(new AwsError('AccessDeniedException', 'no')) : perform(),
  );
  await expect(here.done(driven())).rejects.toThrow();
  heal();
  expect((await here.done(driven()))?.state).toBe('COMPLETED');
});
