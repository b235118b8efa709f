import { afterEach, describe, expect, test } from 'vitest';
import { service } from '../support/service.ts';
import { type Local, local } from '../support/world.ts';

let here: Local | undefined;
afterEach(() => here?.close());

const nightly = {
  schedule: 'cron(0 2 * * ? *)',
  tables: { include: ['orders-*'] },
  keep: { daily: 7 },
};

async function localWith(tables: number, options: Parameters<typeof local>[0] = {}): Promise<Local> {
  here = await local({ plans: { nightly }, ...options });
  for (let n = 0; n < tables; n++) await here.createTable(`orders-${String(n).padStart(4, '0')}`);
  await here.clock.run(here.clock.now() + 10_000);
  return here;
}

describe('a run', () => {
  test('takes one backup of each of 300 tables at the pace of the quota, with no throttle, and tells each end once', async () => {
    const aws = await localWith(300);
    await aws.createTable('customers');
    const functions = service(aws);
    const firedAt = aws.clock.now();
    functions.fire('nightly');
    await functions.untilEnded();

    expect(functions.thrown).toEqual([]);
    const { accepted, throttled } = aws.dynamodb.counters().CreateBackup ?? {};
    expect({ accepted, throttled }).toEqual({ accepted: 300, throttled: 0 });
    expect(aws.dynamodb.counters().ListBackups?.throttled).toBe(0);
    const completed = functions.factsOf('Backup Completed');
    expect(completed).toHaveLength(300);
    expect(new Set(completed.map(({ detail }) => detail.id)).size).toBe(300);
    expect(
      functions.factsOf('Run Completed').map(({ detail }) => [detail.tables, detail.completed, detail.failed]),
    ).toEqual([[300, 300, 0]]);
    expect(functions.factsOf('Run Completed')[0]?.at).toBeLessThan(firedAt + 40_000);
  });
});
