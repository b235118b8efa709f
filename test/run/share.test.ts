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
  ])('and use it up without a throttle, with %s', async (_, skewOf) => {
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

test('a throttle, as somebody else uses the quota, too, slows a run down within two seconds, and further each second', async () => {
  here = await withTables(300, {
    dynamodb: { rates: { CreateBackup: { perSecond: 25, burst: 10, refusal: 'LimitExceededException' } } },
  });
  const askedAt: number[] = [];
  const ask = here.aws.handle;
  here.aws.handle = (request) => {
    if (request.headers['x-amz-target']?.endsWith('.CreateBackup')) askedAt.push(Date.now());
    return ask(request);
  };
  const functions = service(here);
  functions.fire('nightly');
  await functions.untilEnded();
  const began = askedAt[0] ?? 0;
  const inSecond = (n: number) => askedAt.filter((at) => Math.floor((at - began) / 1000) === n).length;
  expect(inSecond(3)).toBeLessThan(47);
  expect(inSecond(8)).toBeLessThan(inSecond(3));
  const { accepted, throttled } = here.dynamodb.counters().CreateBackup ?? { accepted: 0, throttled: 0 };
  expect(accepted).toBe(300);
  expect(throttled).toBeLessThan(accepted);
});
