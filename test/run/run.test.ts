import { afterEach, describe, expect, test } from 'vitest';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';
import { backupsAtAws, nightly, verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

async function start(tables: number, options: Parameters<typeof withTables>[1] = {}): Promise<Local> {
  here = await withTables(tables, options);
  return here;
}

describe('a run', () => {
  test('takes one backup of each of 300 tables at the pace of the quota, with no throttle, and tells each end once', async () => {
    const aws = await start(300);
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
  test('is one run when its firing and every event are delivered twice', async () => {
    const aws = await start(5);
    const functions = service(aws, { deliveries: 2 });
    functions.fire('nightly');
    await functions.untilEnded();
    expect(await verdict(aws, functions)).toMatchObject({ backups: 5, doubled: 0, completed: 5, runs: 1 });
    expect(functions.factsOf('Backup Completed')).toHaveLength(5);
    expect(functions.factsOf('Run Completed')).toHaveLength(1);
  });

  test('goes on in the next invocation where the last one had to stop', async () => {
    const aws = await start(300, { plans: { nightly: { ...nightly, rate: 1 } } });
    const functions = service(aws, { invocationMs: 120_000 });
    functions.fire('nightly');
    await functions.untilEnded();
    expect(functions.thrown).toEqual([]);
    expect(functions.workers.filter(({ isDead }) => isDead).length).toBeGreaterThan(3);
    expect(await verdict(aws, functions)).toMatchObject({ backups: 300, doubled: 0, completed: 300, runs: 1 });
    expect(functions.factsOf('Backup Completed')).toHaveLength(300);
  });

  test('costs at most 4 write units per backup, indices included', async () => {
    const aws = await start(200);
    const functions = service(aws);
    let units = 0;
    aws.aws.intercept(async (call, perform) => {
      const isWrite = /^(Update|Put|Delete)Item$/.test(call.operation);
      if (!isWrite) return perform();
      call.input.ReturnConsumedCapacity = 'INDEXES';
      const answer = (await perform()) as { ConsumedCapacity: { CapacityUnits: number } };
      units += answer.ConsumedCapacity.CapacityUnits;
      return answer;
    });
    functions.fire('nightly');
    await functions.untilEnded();
    expect(await verdict(aws, functions)).toMatchObject({ backups: 200, completed: 200 });
    expect(units / 200).toBeLessThanOrEqual(4);
    expect(units / 200).toBeGreaterThan(2);
  });

  test('leaves nothing behind that the heartbeat would start again', async () => {
    const aws = await start(2);
    const functions = service(aws);
    functions.fire('nightly');
    await functions.untilEnded();
    const { world } = aws.world();
    const due = await done(aws, world.catalog.due(Number.MAX_SAFE_INTEGER, 10));
    expect(due).toEqual([]);
  });

  test('never takes more than the plan asks for in a second', async () => {
    const aws = await start(40, { plans: { nightly: { ...nightly, rate: 2 } } });
    const sentAt: number[] = [];
    aws.aws.onCall(({ call, at }) => call.operation === 'CreateBackup' && sentAt.push(at));
    const functions = service(aws);
    functions.fire('nightly');
    await functions.untilEnded();
    const inASecondFrom = (from: number) => sentAt.filter((at) => at >= from && at < from + 1000).length;
    expect(Math.max(...sentAt.map(inASecondFrom))).toBeLessThanOrEqual(2);
    expect(sentAt).toHaveLength(40);
  });

  test('takes the catalog for no plan, nor tables that opted out, nor what is excluded or lacks a tag', async () => {
    const tables = { include: ['*'], exclude: ['*-tmp'], tags: { env: 'prod*' } };
    const aws = await start(0, { plans: { nightly: { ...nightly, tables } } });
    const tag = (Key: string, Value: string) => ({ Key, Value });
    await aws.createTable('taken', { Tags: [tag('env', 'production')] });
    await aws.createTable('taken-tmp', { Tags: [tag('env', 'production')] });
    await aws.createTable('other', { Tags: [tag('env', 'test')] });
    await aws.createTable('untagged');
    await aws.createTable('opted-out', { Tags: [tag('env', 'production'), tag('tablekeep:skip', 'true')] });
    await aws.clock.run(aws.clock.now() + 10_000);
    const functions = service(aws);
    functions.fire('nightly');
    await functions.untilEnded();
    expect((await backupsAtAws(aws)).map(({ TableName }) => TableName)).toEqual(['taken']);
  });

  test('over no table at all completes, too', async () => {
    const aws = await start(0);
    const functions = service(aws);
    functions.fire('nightly');
    await functions.untilEnded();
    expect(functions.factsOf('Run Completed').map(({ detail }) => detail.tables)).toEqual([0]);
  });
});
