import { afterEach, describe, expect, test } from 'vitest';
import { reason } from './here.ts';
import { changes, close, ordersBackedUp, tablesOf, withItems } from './tables.ts';

afterEach(close);

const target = { tableName: 'orders-copy' };

describe('the same requestId', () => {
  test('with the same content is the same restore and answers its state', async () => {
    const { aws, source } = await ordersBackedUp();
    const request = { requestId: 'incident-1', source, target, reason };
    const first = await aws.ask(request);
    const second = await aws.ask({ ...request, target: { ...target } });
    expect(second).toMatchObject({ task: first.task, state: 'RESTORING' });
    await aws.untilEnded();
    expect(await aws.ask(request)).toMatchObject({ task: first.task, state: 'COMPLETED' });
    expect(changes(aws).filter((name) => name.startsWith('Restore'))).toEqual(['RestoreTableFromBackup']);
  });

  test('with other content is refused, and the restore goes on as it was asked', async () => {
    const { aws, source } = await ordersBackedUp();
    await aws.ask({ requestId: 'incident-1', source, target, reason });
    const other = await aws.ask({ requestId: 'incident-1', source, target: { tableName: 'orders-other' }, reason });
    expect(other.mistakes).toMatchObject([{ field: 'requestId', remedy: 'Give a new requestId.' }]);
    await aws.untilEnded(2);
    const [told, ...others] = aws.factsOf('Restore Failed');
    expect(others).toEqual([]);
    expect(told?.detail).toMatchObject({ code: 'RequestIdUsed', sentence: other.failed });
    expect(other.failed).toMatch(
      /^A further request under the id incident-1 was refused; the restore that has this id \(restore-\w+\) is RESTORING, and was not touched\./,
    );
    expect(other.failed).not.toMatch(/failed|Nothing was begun/);
    expect((await tablesOf(aws)).toSorted()).toEqual(['orders', 'orders-copy']);
  });

  test('that was refused is refused again, also when its cause is gone', async () => {
    const { aws } = await ordersBackedUp();
    const request = { requestId: 'incident-1', source: { table: 'gone', latest: true }, target, reason };
    const first = await aws.ask(request);
    await withItems(aws, 'gone');
    await aws.backUp('gone');
    expect((await aws.ask(request)).mistakes).toEqual(first.mistakes);
    expect(await tablesOf(aws)).not.toContain('orders-copy');
  });
});

describe('an event', () => {
  test('that comes twice is one restore', async () => {
    const { aws, source } = await ordersBackedUp();
    aws.send({ source, target, reason });
    aws.send({ source, target, reason });
    await aws.untilEnded();
    await aws.clock.run(aws.clock.now() + 3_600_000);
    expect(changes(aws).filter((name) => name.startsWith('Restore'))).toEqual(['RestoreTableFromBackup']);
    expect(aws.factsOf('Restore Completed')).toHaveLength(1);
  });

  test.each([
    ['replayed', { isReplayed: true }],
    ['of another account', { account: '999999999999' }],
    ['older than an hour', { at: Date.UTC(2026, 0, 31) }],
  ])('that is %s is ignored', async (_, more) => {
    const { aws, source } = await ordersBackedUp();
    aws.send({ source, target, reason }, 'event-1', more);
    await aws.clock.run(aws.clock.now() + 600_000);
    expect(aws.calls).toEqual([]);
    expect(aws.facts).toHaveLength(0);
  });
});

describe('a request with a mistake of its shape', () => {
  test('keeps its requestId, in the answer and as an event', async () => {
    const { aws, source } = await ordersBackedUp();
    const answer = await aws.ask({ requestId: 'incident-1', source, target, reason, what: 'ever' });
    expect(answer.failed).toContain('(request incident-1)');
    expect(aws.factsOf('Restore Failed')[0]?.detail).toMatchObject({ requestId: 'incident-1', code: 'Unreadable' });
  });

  test('has the id of the invocation when its own is not right', async () => {
    const { aws, source } = await ordersBackedUp();
    await aws.ask({ requestId: 'one two', source, target, reason });
    expect(aws.factsOf('Restore Failed')[0]?.detail.requestId).toMatch(/^invocation-/);
  });
});
