import { afterEach, expect, test } from 'vitest';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';
import { withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

test('starts 1,000 tables within 21 s of the first, throttled never, at more than a thousand calls a second of one core', async () => {
  here = await withTables(1000, { isImmortal: true, dynamodb: { simultaneousTableOperations: 1000 } });
  const functions = service(here);
  const sentAt: number[] = [];
  let calls = 0;
  here.aws.onCall(({ call, at }) => {
    calls++;
    if (call.operation === 'CreateBackup') sentAt.push(at);
  });
  functions.fire('nightly');
  await functions.untilEnded();
  const firstNight = sentAt.splice(0);

  // The second night is measured: by then the code is compiled.
  const callsBefore = calls;
  const before = process.threadCpuUsage();
  functions.fire('nightly', here.clock.now() + 1000);
  await here.until(() => functions.factsOf('Run Completed').length === 2);
  const { user, system } = process.threadCpuUsage(before);
  const callsPerCoreSecond = (calls - callsBefore) / ((user + system) / 1_000_000);

  console.log(
    `handlers from source: ${calls - callsBefore} AWS calls, ${Math.round(callsPerCoreSecond)} a second of one core`,
  );
  for (const night of [firstNight, sentAt]) {
    expect(night).toHaveLength(1000);
    expect(Math.max(...night) - Math.min(...night)).toBeLessThanOrEqual(21_000);
  }
  expect(here.dynamodb.counters().CreateBackup?.throttled).toBe(0);
  expect(callsPerCoreSecond).toBeGreaterThan(1000);
});
