import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import { catalogName, hub, type Local } from '../support/world.ts';
import { withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

const day = 86_400;
const seconds = (instant: unknown) => Math.ceil(Number(instant) / 1000);

/** Items of the plan by the beginning of their sort key. */
async function itemsOf(here: Local, prefix: string) {
  const { world } = here.world();
  const items: Record<string, unknown>[] = [];
  let isOver = false;
  const read = async () => {
    for await (const item of world.catalog.query({ pk: `${hub.account}/${hub.region}#nightly`, prefix })) {
      items.push(item);
    }
    isOver = true;
  };
  const reading = read();
  await here.until(() => isOver);
  await reading;
  return items;
}

test('a table without a backup is kept in the ledger for 400 days as its run is, one with a backup for good', async () => {
  here = await withTables(3);
  const functions = service(here);
  const errors: Record<string, AwsError> = {
    'orders-0001': new AwsError('AccessDeniedException', 'not authorized', 400),
    'orders-0002': new AwsError('TableNotFoundException', 'gone', 400),
  };
  here.aws.intercept(async ({ operation, input }, perform) => {
    const error = operation === 'CreateBackup' ? errors[String(input.TableName)] : undefined;
    if (error !== undefined) throw error;
    return perform();
  });
  functions.fire('nightly');
  await functions.untilEnded();

  const kept = (await itemsOf(here, 'backup#')).map(({ tableName, state, ttl, endedAt }) => [
    tableName,
    state,
    ttl === undefined ? 'for good' : Number(ttl) - seconds(endedAt),
  ]);
  expect(kept.sort()).toEqual([
    ['orders-0000', 'AVAILABLE', 'for good'],
    ['orders-0001', 'FAILED', 400 * day],
    ['orders-0002', 'SKIPPED', 400 * day],
  ]);
  const [run] = await itemsOf(here, 'run#');
  expect(Number(run?.ttl) - seconds(run?.endedAt)).toBe(400 * day);
  const [page] = await itemsOf(here, 'tables#');
  expect(Number(page?.ttl) - seconds(run?.deadlineAt)).toBe(30 * day);
});

test('what was asked for under an id is known for 400 days, and is given up then', async () => {
  here = await withTables(1);
  const functions = service(here);
  functions.request({ tables: ['orders-0000'], reason: 'a migration', requestId: 'once' });
  await functions.untilEnded();
  const items = await done(
    here,
    here.call<{ Items: { sk: { S: string }; ttl?: { N: string }; at: { N: string } }[] }>('Scan', {
      TableName: catalogName,
      FilterExpression: 'begins_with(pk, :asked)',
      ExpressionAttributeValues: { ':asked': { S: 'request#' } },
    }),
  );
  expect(items.Items.map(({ ttl, at }) => Number(ttl?.N) - seconds(at.N))).toEqual([400 * day]);
});
