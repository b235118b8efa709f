import { afterEach, describe, expect, test } from 'vitest';
import { retain } from '../../shared/retention/apply.ts';
import { nightly, verdict, withTables } from '../run/nightly.ts';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import { hub, type Local } from '../support/world.ts';
import { mostWithin } from './windows.ts';

let here: Local | undefined;
afterEach(() => here?.close());

const tables = 40;

/** Two nights of a plan that keeps one backup of each table, where each write to the catalog takes so long. */
async function twoNights(writeMs: number) {
  here = await withTables(tables, {
    plans: { nightly: { ...nightly, keep: { last: 1 } } },
    latencyMs: ({ operation }) => (/^(Put|Update)Item$/.test(operation) ? writeMs : 20),
  });
  const sentAt: Record<string, number[]> = {};
  here.aws.onCall(({ call, at }) => {
    sentAt[call.operation] ??= [];
    sentAt[call.operation]?.push(at);
  });
  const functions = service(here);
  for (const night of [1, 2]) {
    functions.fire('nightly');
    await functions.untilEnded(night, 900_000);
  }
  return { here, functions, sentAt };
}

const secondsOf = (instants: number[] = []) => ((instants.at(-1) ?? 0) - (instants[0] ?? 0)) / 1000;

describe.each([150, 400, 1000])('where a write to the catalog takes %i ms', (writeMs) => {
  test('a night is over as soon as with any other, deletes are made, and no rate is gone over', async () => {
    const { here, functions, sentAt } = await twoNights(writeMs);
    expect(await verdict(here, functions)).toMatchObject({ completed: 2 * tables, doubled: 0, failed: 0 });
    const second = (sentAt.CreateBackup ?? []).slice(tables);
    expect(secondsOf(second)).toBeLessThan(writeMs < 1000 ? 2 : 3);

    const { world } = here.world();
    const invocation = { id: 'invocation', endsAt: here.clock.now() + 900_000 };
    const retained = await done(here, retain(world, { plan: 'nightly', target: hub }, invocation, { confirm: true }));
    expect(retained?.deleted).toBe(tables);
    expect(secondsOf(sentAt.DeleteBackup)).toBeLessThan(tables / (writeMs < 1000 ? 9 : 3));

    expect(mostWithin(sentAt.CreateBackup ?? [], 1000)).toBeLessThanOrEqual(50);
    expect(mostWithin(sentAt.DeleteBackup ?? [], 1000)).toBeLessThanOrEqual(10);
    expect(mostWithin(sentAt.ListBackups ?? [], 1000)).toBeLessThanOrEqual(5);
  });
});
