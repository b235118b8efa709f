import { afterEach, expect, test } from 'vitest';
import { listedKey, taskKey } from '../../shared/task/task.ts';
import { reason } from './here.ts';
import { close, ordersBackedUp } from './tables.ts';

afterEach(close);

test('a task is known and listed for 400 days from when it was accepted', async () => {
  const { aws, source } = await ordersBackedUp();
  const { task: id = '' } = await aws.ask({ source, target: { tableName: 'orders-copy' }, reason });
  const { acceptedAt } = await aws.taskOf(id);
  const { catalog } = aws.world().world;
  const items = await aws.done(catalog.getAll([taskKey(id), listedKey({ id, acceptedAt })]));
  const until = Math.ceil(acceptedAt / 1000) + 400 * 86_400;
  expect(items.map(({ ttl }) => ttl)).toEqual([until, until]);
});
