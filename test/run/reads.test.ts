import { afterEach, expect, test } from 'vitest';
import { clientConfig } from '../../shared/aws/client.ts';
import { isFileOf } from '../../shared/import/parts.ts';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import { catalogName, type Local, local } from '../support/world.ts';
import { withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

test('whatever is read of the catalog is what was written last, but for the index of what is due', async () => {
  here = await withTables(3);
  const stale: string[] = [];
  const seen = new Set<string>();
  here.aws.onCall(({ call: { operation, input } }) => {
    if (!['GetItem', 'Query'].includes(operation) || input.TableName !== catalogName) return;
    seen.add(operation);
    if (input.ConsistentRead !== true && input.IndexName !== 'due') stale.push(operation);
  });
  const functions = service(here);
  functions.request({ tables: ['orders-0000'], reason: 'a migration', requestId: 'once' });
  await functions.untilEnded();
  const { catalog } = here.world().world;
  await done(here, catalog.get({ pk: 'a', sk: 'b' }));
  expect([...seen].sort()).toEqual(['GetItem', 'Query']);
  expect(stale).toEqual([]);
});

test('keys that AWS has left out of a batch are asked for again, and read as they were written last', async () => {
  here = await local();
  const { catalog } = here.world().world;
  const keys = [1, 2, 3].map((n) => ({ pk: 'a', sk: String(n) }));
  for (const key of keys) await done(here, catalog.put(key));
  let batches = 0;
  here.aws.intercept(async (call, perform) => {
    if (call.operation !== 'BatchGetItem') return perform();
    const [[, wanted]] = Object.entries(call.input.RequestItems as Record<string, { ConsistentRead?: boolean }>) as [
      [string, { ConsistentRead?: boolean }],
    ];
    expect(wanted.ConsistentRead).toBe(true);
    return batches++ === 0 ? { Responses: {}, UnprocessedKeys: call.input.RequestItems } : perform();
  });
  expect(await done(here, catalog.getAll(keys))).toHaveLength(3);
  expect(batches).toBe(2);
});

test('no client corrects its clock: it would sign with a time that the fence does not know', () => {
  expect(clientConfig({}, 'us-east-1', 1)).toMatchObject({ disableClockSkewCorrection: true, maxAttempts: 1 });
});

test('a request without an answer is given up after ten seconds', () => {
  const { requestHandler } = clientConfig({}, 'us-east-1', 1);
  expect(requestHandler).toMatchObject({ requestTimeout: 10_000, throwOnRequestTimeout: true });
});

test('a key that leads out of its folder is no file of an export', () => {
  const part = { manifest: 'orders/AWSDynamoDB/01-ab/manifest-summary.json', kind: 'full' as const };
  expect(isFileOf(part, 'orders/AWSDynamoDB/01-ab/data/a.json.gz')).toBe(true);
  expect(isFileOf(part, 'orders/AWSDynamoDB/01-ab/data/../../../secret/a.json.gz')).toBe(false);
  expect(isFileOf(part, 'orders/AWSDynamoDB/02-cd/data/a.json.gz')).toBe(false);
});
