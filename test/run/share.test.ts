import { afterEach, describe, expect, test } from 'vitest';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';
import { nightly, verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

describe('runs of several plans in one target share its quota', () => {
  test.each([
    ['clocks that agree', () => 0],
    ['clocks that differ by 100 ms', (worker: number) => ((worker % 3) - 1) * 100],
  ])('and use it up without a throttle, with %s', { timeout: 60_000 }, async (_, skewOf) => {
    const plans = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, nightly]));
    here = await withTables(100, { plans });
    const sentAt: number[] = [];
    here.aws.onCall(({ call, at }) => call.operation === 'CreateBackup' && sentAt.push(at));
    const functions = service(here, { skewOf });
    for (const name of Object.keys(plans)) functions.fire(name);
    await functions.untilEnded(6);
    expect(here.dynamodb.counters().CreateBackup).toMatchObject({ accepted: 600, throttled: 0 });
    expect(await verdict(here, functions)).toMatchObject({ backups: 600, completed: 600, runs: 6 });
    const seconds = ((sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0)) / 1000;
    expect(599 / seconds).toBeGreaterThan(46);
    expect(599 / seconds).toBeLessThan(50);
  });
});
