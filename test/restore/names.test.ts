import { afterEach, expect, test } from 'vitest';
import { captureSettings } from '../../shared/settings/capture.ts';
import { target } from '../settings/full-table.ts';
import { type RestoreHere, reason, restoreHere } from './here.ts';
import { deleteTable, describeTable, withItems } from './tables.ts';

let here: RestoreHere;
afterEach(() => here.close());

const strange = '__proto__';
const Tags = ['constructor', strange].map((Key) => ({ Key, Value: 'ours' }));

async function tagsOf(name: string) {
  const { TableArn } = await describeTable(here, name);
  return (await here.call<{ Tags: unknown[] }>('ListTagsOfResource', { ResourceArn: TableArn })).Tags;
}

test('names that JavaScript has for its own purposes are names like others: a tag comes back', async () => {
  here = await restoreHere();
  await withItems(here, 'orders', 1, { Tags });
  expect(await tagsOf('orders')).toHaveLength(2);
  await here.done(captureSettings(here.world().world, target, 'orders'));
  await here.backUp('orders');
  await deleteTable(here, 'orders');
  await here.ask({ source: { table: 'orders', latest: true }, target: { tableName: 'orders' }, reason });
  await here.untilEnded();
  expect(here.factsOf('Restore Completed')[0]?.detail.verification).toMatchObject({ isAsExpected: true });
  expect(await tagsOf('orders')).toEqual(expect.arrayContaining(Tags));
});

test.each([
  ['a tag', `{"target": {"tableName": "copy", "tags": {"${strange}": "x"}}}`, `target.tags.${strange}`],
  [
    'a key',
    `{"target": {"tableName": "copy"}, "verify": {"sample": [{"${strange}": {"S": "x"}}]}}`,
    `verify.sample.0.${strange}`,
  ],
])('in a request, %s of such a name is refused and not left out', async (_, json, field) => {
  here = await restoreHere();
  const request = { source: { table: 'orders', latest: true }, reason, ...JSON.parse(json) };
  const { mistakes } = await here.ask(request);
  expect(mistakes).toEqual([
    {
      field,
      problem: 'A request cannot hold this name.',
      remedy: 'Leave it out, and do at AWS afterwards what it stands for.',
    },
  ]);
});
