import { expect, test } from 'vitest';
import { deleteExpired } from '../../bench/parts/deletes.ts';

/** An invocation that works for 65 s before it has to stop. */
const invocationMs = 125_000;

// The same with 10,000 backups and whole invocations: bench/parts/deletes.ts.
test('deletes that outlast an invocation go on within a second, as fast as the quota', async () => {
  const { deleted, invocations, throttled, sentAt, share } = await deleteExpired(
    { tables: 60, nights: 13 },
    invocationMs,
  );
  expect({ deleted, invocations, throttled }).toEqual({ deleted: 720, invocations: 2, throttled: 0 });
  const pauses = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
  expect(Math.max(...pauses)).toBeLessThan(1000);
  expect(share).toBeGreaterThan(97);
});
