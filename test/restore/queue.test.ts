import { afterEach, describe, expect, test } from 'vitest';
import { isNext, ticket } from '../../shared/task/queue.ts';
import { type RestoreHere, reason, restoreHere } from './here.ts';
import { tablesOf, withItems } from './tables.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

describe('of those that wait', () => {
  const at = Date.UTC(2026, 0, 31);
  const interactive = (id: string, acceptedAt: number) => ticket({ id, acceptedAt, priority: 'interactive' });
  const bulk = (id: string, acceptedAt: number) => ticket({ id, acceptedAt, priority: 'bulk' });

  test.each([
    ['the first goes when a place is free', interactive('b', at), [], 49, true],
    ['nobody goes when none is', interactive('b', at), [], 50, false],
    ['an older request goes before', interactive('b', at), [interactive('a', at - 1)], 49, false],
    ['as many go as there are places', interactive('b', at), [interactive('a', at - 1)], 48, true],
    ['what a person waits for goes before bulk', bulk('b', at), [interactive('a', at + 5000)], 49, false],
    ['bulk does not hold up a person', interactive('b', at), [bulk('a', at - 5000)], 49, true],
  ])('%s', (_, mine, others, running, expected) => {
    const queue = { waiting: [...others, mine], running: Array.from({ length: running }, (_, n) => `0#x#${n}`) };
    expect(isNext(queue, mine, 50)).toBe(expected);
  });
});

test('60 restores: 50 run at once, ten wait their turn, all come back, and AWS refuses none', async () => {
  here = await restoreHere({ dynamodb: { restoreMs: () => 170_000 } });
  const aws = here;
  await withItems(aws, 'orders', 1);
  const backupArn = await aws.backUp('orders');
  const refused: string[] = [];
  let most = 0;
  aws.aws.onCall(({ call, error }) => {
    if (call.operation !== 'RestoreTableFromBackup') return;
    if (error !== undefined) refused.push(String(error));
    most++;
  });
  const ask = (n: number, priority: string) =>
    aws.send({ source: { backupArn }, target: { tableName: `copy-${n}` }, reason, priority }, `event-${n}`);
  for (let n = 0; n < 55; n++) ask(n, 'bulk');
  for (let n = 55; n < 60; n++) ask(n, 'interactive');
  await aws.clock.run(aws.clock.now() + 120_000);
  expect(most).toBe(50);
  await aws.untilEnded(60);
  expect(refused).toEqual([]);
  expect(aws.thrown).toEqual([]);
  expect(aws.factsOf('Restore Completed')).toHaveLength(60);
  expect(await tablesOf(aws)).toHaveLength(61);
});

test('what a person waits for goes before what came earlier in bulk', async () => {
  here = await restoreHere({ dynamodb: { restoreMs: () => 170_000 } });
  const aws = here;
  await withItems(aws, 'orders', 1);
  const backupArn = await aws.backUp('orders');
  const ask = (name: string, priority: string) =>
    aws.send({ source: { backupArn }, target: { tableName: name }, reason, priority }, name);
  for (let n = 0; n < 52; n++) ask(`bulk-${n}`, 'bulk');
  await aws.clock.run(aws.clock.now() + 60_000);
  ask('urgent', 'interactive');
  await aws.untilEnded(53);
  const started = aws.factsOf('Restore Started').map(({ detail }) => detail.table);
  expect(started.indexOf('urgent')).toBe(50);
});

test('while others use AWS’s 50 restores, ours waits and then comes', async () => {
  here = await restoreHere({ dynamodb: { simultaneousRestores: 1, restoreMs: () => 300_000 } });
  const aws = here;
  await withItems(aws, 'orders', 1);
  const backupArn = await aws.backUp('orders');
  const [source, target] = [{ backupArn }, { tableName: 'orders-copy' }];
  await aws.call('RestoreTableFromBackup', { TargetTableName: 'of-others', BackupArn: backupArn });
  expect(await aws.ask({ source, target, reason })).toMatchObject({ state: 'RESTORING' });
  await aws.untilEnded();
  expect(aws.factsOf('Restore Completed')).toHaveLength(1);
  expect(aws.thrown).toEqual([]);
});
