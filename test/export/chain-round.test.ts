import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { roundId } from '../../shared/export/chain/firing.ts';
import { hub } from '../support/world.ts';
import { type ChainsHere, type ChainsOptions, chainsHere, hourMs, minuteMs } from './chain-here.ts';
import { readChains } from './chain-reader.ts';

let here: ChainsHere;
afterEach(() => here.close());

async function withTables(names: string[], options?: ChainsOptions): Promise<void> {
  here = await chainsHere(options);
  for (const name of names) await here.table(name);
}

/** Until it is taken back, AWS refuses that operation, of that table if it is said. */
function refuse(operation: string, table?: string): () => void {
  return here.aws.intercept(async (call, perform) => {
    if (call.operation !== operation || (table !== undefined && call.input.TableName !== table)) return perform();
    throw new AwsError('AccessDeniedException', 'not for you', 400);
  });
}

const exported = () => readChains(here).map((chain) => chain[0]?.table.name);

test('a table of which AWS refuses to tell is told when the round is over, and the others are exported', async () => {
  await withTables(['orders', 'users']);
  refuse('DescribeContinuousBackups', 'orders');
  await here.passFiring(hourMs + 20 * minuteMs);
  expect(exported()).toEqual(['users']);
  const [told] = here.told('Export Round Completed');
  expect(told).toMatchObject({ tables: 2, failed: 1, named: ['orders'] });
  expect(told?.sentence).toContain('AccessDeniedException: not for you');
  expect(here.thrown).toEqual([]);
});

test('a round that may not list tables throws once, and goes on when it may', async () => {
  await withTables(['orders']);
  const allow = refuse('ListTables');
  await here.passFiring(hourMs + 50 * minuteMs);
  expect(here.thrown.map(String)).toEqual(['AccessDeniedException: not for you']);
  allow();
  await here.passFiring(hourMs);
  expect(exported()).toEqual(['orders']);
});

test('exports that are off fire by hand, and once', async () => {
  await withTables(['orders'], { lake: { enabled: false } });
  here.fire();
  await here.pass(3 * hourMs);
  expect(readChains(here).map((chain) => chain.length)).toEqual([1]);
  expect(await here.round()).not.toHaveProperty('due');
});

test('exports that are deployed no more are left alone, and so is what they have exported', async () => {
  await withTables(['orders']);
  await here.passFiring(hourMs + 20 * minuteMs);
  here.exportPlans.clear();
  await here.pass(2 * hourMs);
  expect(await here.round()).not.toHaveProperty('due');
  expect((await here.chains()).map(({ endedAt }) => endedAt)).toEqual([undefined]);
});

test('a firing of exports that are not deployed throws a sentence that names those that are', async () => {
  await withTables([]);
  here.exportPlans.clear();
  here.fire();
  await here.pass(minuteMs);
  expect(here.thrown.map(String)).toEqual([expect.stringContaining('There are no exports lake (there are: none)')]);
});

test('a table that opts out while it is exported has that export in its chain, and then the chain ends', async () => {
  await withTables(['orders'], { dynamodb: { exportMs: () => 70 * minuteMs } });
  await here.passFiring(hourMs + 20 * minuteMs);
  const ResourceArn = `arn:aws:dynamodb:us-east-1:${hub.account}:table/orders`;
  await here.done(here.call('TagResource', { ResourceArn, Tags: [{ Key: 'tablekeep:skip', Value: 'yes' }] }));
  await here.passFiring(2 * hourMs);
  expect(readChains(here).map((chain) => chain.length)).toEqual([1]);
  expect(here.told('Export Chain Ended')).toMatchObject([
    { table: 'orders', reason: 'the exports do not mean it any more', until: '2026-01-31T03:00:00.000Z' },
  ]);
});

test('a round is one task for the heartbeat and the audit, whose name says whose function goes on with it', () => {
  expect(roundId({ target: hub, plan: 'lake' })).toBe('export-round/123456789012/us-east-1/lake');
});
