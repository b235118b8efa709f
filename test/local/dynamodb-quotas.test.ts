import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentedRates, Quotas } from '../../local/dynamodb/quotas.ts';
import { makeBackup, makeTable, refused, startLocal, tableInput } from './dynamodb-local.ts';

const steps = fc.array(fc.nat(80), { minLength: 1, maxLength: 400 });
const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 60 }), burst: fc.integer({ min: 1, max: 20 }) });

/** The instants at which calls were let through, of calls that come so many ms after one another. */
function accepted(rate: { perSecond: number; burst: number }, gaps: number[]): number[] {
  const quotas = new Quotas({ CreateBackup: rate });
  let now = 1_000_000;
  return gaps.flatMap((gap) => {
    now += gap;
    try {
      quotas.take('CreateBackup', now);
      return [now];
    } catch {
      return [];
    }
  });
}

test('in no second, wherever it begins, are more calls accepted than the rate and the burst', () => {
  fc.assert(
    fc.property(rates, steps, (rate, gaps) => {
      const at = accepted(rate, gaps);
      for (const [index, start] of at.entries()) {
        const inSecond = at.slice(index).filter((instant) => instant < start + 1000).length;
        expect(inSecond).toBeLessThanOrEqual(rate.perSecond + rate.burst);
      }
    }),
  );
});

test('whoever leaves the time of one call between two is never refused', () => {
  fc.assert(
    fc.property(rates, steps, (rate, pauses) => {
      const gaps = pauses.map((pause) => Math.ceil(1000 / rate.perSecond) + pause);
      expect(accepted(rate, gaps)).toHaveLength(gaps.length);
    }),
  );
});

test('a refused call takes no token: however often one tries in vain, the next slot comes at its time', () => {
  const impatient = accepted({ perSecond: 10, burst: 1 }, [0, ...Array.from({ length: 200 }, () => 1)]);
  expect(impatient).toEqual([1_000_000, 1_000_100, 1_000_200]);
});

test('backups beyond the rate are refused, counted, and possible again later', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const outcomes = await Promise.allSettled(Array.from({ length: 15 }, () => makeBackup(local, 'orders')));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  const sentence = 'Up to 50 CreateBackup operations are allowed per second, per account.';
  await refused(makeBackup(local, 'orders'), 'LimitExceededException', sentence);
  await local.pass(20);
  await makeBackup(local, 'orders');
  expect(local.inside.counters().CreateBackup).toEqual({ accepted: 11, throttled: 6 });
  expect((await local.client.listBackups({})).BackupSummaries).toHaveLength(11);
});

test('other operations beyond their rate are throttled, each by a bucket of its own', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  for (let calls = 0; calls < 5; calls++) await local.client.listBackups({});
  await refused(local.client.listBackups({}), 'ThrottlingException', 'Rate exceeded');
  await local.client.describeContinuousBackups({ TableName: 'orders' });
  await local.pass(200);
  await local.client.listBackups({});
});

test('which error refuses, and the rate, can be set at any time', async () => {
  const local = startLocal({ rates: { CreateBackup: { perSecond: 1, burst: 1, refusal: 'ThrottlingException' } } });
  await makeTable(local, 'orders');
  await makeBackup(local, 'orders');
  await refused(makeBackup(local, 'orders'), 'ThrottlingException', 'Rate exceeded');
  local.inside.setRate('CreateBackup', { perSecond: 1e6, burst: 1000 });
  await local.pass(1);
  await Promise.all(Array.from({ length: 100 }, () => makeBackup(local, 'orders')));
});

test('settings of one local AWS leave those of the next alone', () => {
  startLocal().inside.setRate('CreateBackup', { perSecond: 1, burst: 1 });
  expect(documentedRates.CreateBackup?.perSecond).toBe(50);
});

test('each Region has its own buckets and counters', async () => {
  const local = startLocal({ rates: { ListBackups: { perSecond: 1, burst: 1 } } });
  const list = (region: string) =>
    local.aws.core.call({
      service: 'dynamodb',
      operation: 'ListBackups',
      input: {},
      caller: { account: '123456789012', principalArn: 'root', arn: 'root' },
      account: '123456789012',
      region,
    });
  await list('us-east-1');
  await list('eu-west-1');
  await expect(list('eu-west-1')).rejects.toMatchObject({ code: 'ThrottlingException' });
  const counters = (region: string) => local.inside.counters({ account: '123456789012', region }).ListBackups;
  expect(counters('us-east-1')).toEqual({ accepted: 1, throttled: 0 });
  expect(counters('eu-west-1')).toEqual({ accepted: 1, throttled: 1 });
  expect(local.inside.counters().ListBackups).toEqual({ accepted: 2, throttled: 1 });
});

test('operations without a documented rate are counted and never throttled', async () => {
  const local = startLocal();
  await local.client.createTable(tableInput('orders'));
  for (let calls = 0; calls < 300; calls++) await local.client.listTables({});
  expect(local.inside.counters().ListTables).toEqual({ accepted: 300, throttled: 0 });
});
