import { afterEach, describe, expect, test } from 'vitest';
import { readDryRun } from '../../shared/task/dry-run.ts';
import { taskId } from '../../shared/task/task.ts';
import { reason } from './here.ts';
import { close, ordersBackedUp, tablesOf } from './tables.ts';

afterEach(close);

const target = { tableName: 'orders-copy' };

describe('a dry run', () => {
  test('answers with the plan, both columns of settings, time and cost, and only reads', async () => {
    const { aws, source } = await ordersBackedUp();
    const written: string[] = [];
    aws.aws.onCall(({ call }) => {
      if (!/^(Describe|List|Get|Query|Scan)/.test(call.operation)) written.push(call.operation);
    });
    const answer = await aws.ask({ source, target: { ...target, tags: { team: 'shop' } }, reason, dryRun: true });
    expect(answer).toMatchObject({ dryRun: true, estimate: { minutes: [5, 60] } });
    expect(answer.steps?.join(' ')).toContain('RestoreTableFromBackup: make orders-copy');
    expect(answer.settings).toContainEqual({
      setting: 'tags',
      asBackedUp: 'none',
      asWanted: '{"team":"shop"}',
      because: 'the request says so',
    });
    expect(written).toEqual([]);
    expect(aws.facts).toHaveLength(0);
  });

  test('names the backup that was chosen first: which, of whom, from when, how large', async () => {
    const { aws, backupArn } = await ordersBackedUp();
    const source = { table: 'orders', latest: true };
    const answer = await aws.ask({ source, target, reason, dryRun: true });
    expect(answer.backup).toEqual({
      backupArn,
      type: 'USER',
      madeAt: expect.stringMatching(/^2026-01-31T02:0/),
      sizeBytes: expect.any(Number),
      items: 1,
    });
    const { madeAt, sizeBytes } = answer.backup ?? {};
    expect(answer.notices?.[0]).toBe(
      `Chosen is the USER backup ${backupArn} of orders, made at ${madeAt}: ${sizeBytes} bytes, 1 item.`,
    );
    aws.send({ source, target, reason, dryRun: true });
    await aws.until(() => aws.facts.length > 0);
    expect(aws.facts[0]?.detail).toMatchObject({ backup: answer.backup, notices: answer.notices });
    expect(aws.facts[0]?.detail.sentence).toContain(answer.notices?.[0]);
  });

  test('that came by event can be read for a day, whether it is a plan or a list of mistakes', async () => {
    const { aws, source } = await ordersBackedUp();
    const { world } = aws.world();
    const read = (requestId: string) => aws.done(readDryRun(world, taskId('restore', requestId)));
    aws.send({ requestId: 'right', source, target, reason, dryRun: true });
    aws.send({ requestId: 'wrong', source: { table: 'gone', latest: true }, target, reason, dryRun: true });
    await aws.until(() => aws.facts.length > 1);
    const { answer } = (await read('right')) ?? {};
    expect(answer?.steps).toEqual((await aws.ask({ source, target, reason, dryRun: true })).steps);
    expect((await read('wrong'))?.mistakes).toEqual([expect.objectContaining({ field: 'source.table' })]);
    const tomorrow = { ...world.clock, now: () => aws.clock.now() + 25 * 3_600_000 };
    const late = readDryRun({ catalog: world.catalog, clock: tomorrow }, taskId('restore', 'right'));
    expect(await aws.done(late)).toBeUndefined();
  });

  test.each([
    ['an unknown field', { what: 'ever' }],
    ['a table that is not there', { source: { table: 'gone', latest: true } }],
  ])('with %s says so with its requestId, and is told to nobody', async (_, more) => {
    const { aws, source } = await ordersBackedUp();
    const answer = await aws.ask({ requestId: 'incident-1', source, target, reason, dryRun: true, ...more });
    expect(answer).toMatchObject({ dryRun: true, failed: expect.stringContaining('(request incident-1)') });
    expect(aws.facts).toHaveLength(0);
  });

  test('under an id that a restore has is told to nobody either', async () => {
    const { aws, source } = await ordersBackedUp();
    await aws.ask({ requestId: 'incident-1', source, target, reason });
    const answer = await aws.ask({ requestId: 'incident-1', source, target, reason: 'another', dryRun: true });
    expect(answer).toMatchObject({ dryRun: true, mistakes: [{ field: 'requestId' }] });
    expect(aws.factsOf('Restore Failed')).toEqual([]);
  });

  test('leaves its requestId free for the restore itself', async () => {
    const { aws, source } = await ordersBackedUp();
    const request = { requestId: 'incident-1', source, target, reason };
    await aws.ask({ ...request, dryRun: true });
    expect(await aws.ask(request)).toMatchObject({ state: 'RESTORING' });
  });

  test.each([
    ['a table that is not there', { source: { table: 'gone', latest: true } }],
    ['an unknown field', { what: 'ever' }],
  ])('by event with %s is told by an event that says that it was one', async (_, more) => {
    const { aws, source } = await ordersBackedUp();
    aws.send({ source, target, reason, dryRun: true, ...more });
    await aws.until(() => aws.facts.length > 0);
    expect(aws.facts.map(({ type }) => type)).toEqual(['Restore Failed']);
    expect(aws.facts[0]?.detail).toMatchObject({
      dryRun: true,
      sentence: expect.stringMatching(/would be refused.*Nothing was begun\.$/),
    });
  });

  test('by event is told as an event', async () => {
    const { aws, source } = await ordersBackedUp();
    aws.send({ source, target, reason, dryRun: true });
    await aws.until(() => aws.facts.length > 0);
    expect(aws.facts.map(({ type }) => type)).toEqual(['Restore Planned']);
    await aws.clock.run(aws.clock.now() + 600_000);
    expect(await tablesOf(aws)).toEqual(['orders']);
  });
});
