import { expect, test } from 'vitest';
import { adHoc } from '../../shared/names.ts';
import { findPoint, pointId } from '../../shared/points/id.ts';
import { hub, ids, reader } from './ledger.ts';

const of = { target: hub, plan: 'daily', stamp: '20260131T020000Z', tableId: ids[0] ?? '' };

test('an id stays the same, since people write it down', () => {
  expect(pointId(of)).toBe(pointId({ ...of }));
  expect(pointId(of)).toMatchInlineSnapshot(`"34beb110-5d63-8165-8d2a-f8df57000000"`);
  expect(pointId({ ...of, plan: adHoc, stamp: '20260131T020000Z-1a2b3c4d' })).toMatchInlineSnapshot(
    `"34beb110-0167-8965-8d2a-f8df578d1580"`,
  );
});

test.each([
  ['another second', { stamp: '20260131T020001Z' }],
  ['a request of that second', { stamp: '20260131T020000Z-00000000' }],
  ['another plan', { plan: 'weekly' }],
  ['another Region', { target: { ...hub, region: 'eu-west-1' } }],
  ['another table', { tableId: ids[1] ?? '' }],
  ['a second backup', { isDuplicate: true, backupArn: 'arn:aws:dynamodb:us-east-1:1:table/t/backup/01' }],
])('%s has another id', (_what, other) => {
  expect(pointId({ ...of, ...other })).not.toBe(pointId(of));
});

test.each([
  ['nothing', ''],
  ['a word', 'orders'],
  ['a uuid of another kind', '497f6eca-6276-4993-bfeb-53cbbbba6f08'],
  ['one of our kind that leads nowhere', '497f6eca-6276-8993-bfeb-53cbbbba6f08'],
  ['a key', 'backup#20260131T020000Z#x'],
  ['all bits', 'ffffffff-ffff-8fff-bfff-ffffffffffff'],
  ['a line more', `${pointId(of)}\n`],
])('%s finds nothing', async (_what, id) => {
  expect(await findPoint(reader().world, id)).toBeUndefined();
});
