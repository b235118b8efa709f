import { afterEach, expect, test } from 'vitest';
import { hold, liftHold, pin, unpin } from '../../shared/holds.ts';
import { retain } from '../../shared/retention/apply.ts';
import type { Backup } from '../../shared/run.ts';
import { hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

async function begin(more: Partial<Backup> = {}): Promise<Backup> {
  here = await surroundings('2026-01-01T00:00Z');
  await here.table('orders');
  const [first] = await here.backUpAll('2026-01-02T02:00Z', ['orders'], more);
  for (const day of [3, 4]) await here.backUpAll(`2026-01-0${day}T02:00Z`, ['orders']);
  return first as Backup;
}

const word = { by: 'Ada', reason: 'the lawsuit', at: 0 };
const apply = () => here.run(retain(here.world, { plan: 'nightly', target: hub }, here.invocation()));

test('a hold keeps a backup until it is lifted', async () => {
  const first = await begin();
  await hold(here.world.catalog, first, word);
  expect((await here.stateOf(first)).hold).toEqual(word);
  expect(await apply()).toMatchObject({ deleted: 0 });
  await liftHold(here.world.catalog, first);
  expect(await apply()).toMatchObject({ deleted: 1 });
});

test('a backup is pinned until the last task that needs it has let it go', async () => {
  const first = await begin();
  const { catalog } = here.world;
  for (const task of ['a', 'a', 'b']) await pin(catalog, first, task);
  await unpin(catalog, first, 'a');
  expect(await apply()).toMatchObject({ deleted: 0 });
  await unpin(catalog, first, 'b');
  expect(await apply()).toMatchObject({ deleted: 1 });
});

test.each([
  ['DELETING', /can not be held any more: retention is deleting it/],
  ['DELETED', /Choose another one/],
  ['CREATING', /it is CREATING, not AVAILABLE. Wait for it/],
] as const)('a backup that is %s cannot be held or pinned, and the one who asked is told', async (state, sentence) => {
  const first = await begin({ state });
  await expect(hold(here.world.catalog, first, word)).rejects.toThrow(sentence);
  await expect(pin(here.world.catalog, first, 'a')).rejects.toThrow(/The backup of orders from 2026-01-02/);
  expect(await here.stateOf(first)).not.toHaveProperty('hold');
});

test('a backup that nobody knows is not made by holding it', async () => {
  const first = await begin();
  const unknown = { ...first, stamp: '20200101T000000Z' };
  await expect(hold(here.world.catalog, unknown, word)).rejects.toThrow('the catalog does not know it');
  expect(await here.states()).toEqual({ AVAILABLE: 3 });
});
