import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { all, done } from '../support/done.ts';
import { type Local, local } from '../support/world.ts';

let here: Local;
beforeEach(async () => {
  here = await local();
});
afterEach(() => here.close());

const key = { pk: 'p', sk: 's#1' };

describe('a conditional write', () => {
  test('answers with the item as it is now', async () => {
    const { catalog } = here.world().world;
    const written = await done(here, catalog.update(key, { update: 'SET n = :n', values: { ':n': 1 } }));
    expect(written).toEqual({ done: true, item: { ...key, n: 1 } });
  });

  test('that is refused answers with the item as it was found, or with none', async () => {
    const { catalog } = here.world().world;
    const change = { update: 'SET n = n + :n', condition: 'n = :n', values: { ':n': 1 } };
    expect(await done(here, catalog.update(key, change))).toEqual({ done: false, found: undefined });
    await done(here, catalog.put({ ...key, n: 5 }));
    expect(await done(here, catalog.update(key, change))).toEqual({ done: false, found: { ...key, n: 5 } });
    expect(await done(here, catalog.put({ ...key, n: 7 }, { condition: 'attribute_not_exists(pk)' }))).toEqual({
      done: false,
      found: { ...key, n: 5 },
    });
  });

  test('whose answer was lost and that the SDK repeats counts as done', async () => {
    const { catalog } = here.world().world;
    let tries = 0;
    here.aws.intercept(async (call, perform) => {
      if (call.operation !== 'UpdateItem' || tries++ > 0) return perform();
      await perform();
      throw new AwsError('InternalServerError', '', 500);
    });
    const change = { update: 'SET n = :n', condition: 'attribute_not_exists(n)', values: { ':n': 1 } };
    expect(await done(here, catalog.update(key, change))).toEqual({ done: true, item: { ...key, n: 1 } });
    expect(tries).toBe(2);
  });

  test('leaves out what is undefined and keeps sets', async () => {
    const { catalog } = here.world().world;
    await done(here, catalog.put({ ...key, gone: undefined, pins: new Set(['a', 'b']) }));
    expect(await done(here, catalog.get(key))).toEqual({ ...key, pins: new Set(['a', 'b']) });
  });
});

describe('reading', () => {
  test('ends at the sort key that is named, that one included, in both directions', async () => {
    const { catalog } = here.world().world;
    for (const sk of ['s#1', 's#2', 's#2#x', 's#3', 't#1']) await done(here, catalog.put({ pk: 'p', sk }));
    const keysOf = async (range: object) => {
      const items = await all(here, catalog.query({ pk: 'p', prefix: 's#', ...range }));
      return items.map(({ sk }) => sk);
    };
    expect(await keysOf({ until: 's#2' })).toEqual(['s#1', 's#2']);
    expect(await keysOf({ from: 's#2', until: 's#2#x' })).toEqual(['s#2', 's#2#x']);
    expect(await keysOf({ until: 's#3', backwards: true, limit: 2 })).toEqual(['s#3', 's#2#x']);
  });

  test('by prefix gives items in the order of their keys, over all pages, or the newest first up to a limit', async () => {
    const { catalog } = here.world().world;
    const text = 'x'.repeat(30_000);
    for (let n = 0; n < 60; n++) await done(here, catalog.put({ pk: 'p', sk: `s#${10 + n}`, text }));
    await done(here, catalog.put({ pk: 'p', sk: 't#1' }));
    const keysOf = async (range: object) => {
      const items = await all(here, catalog.query({ pk: 'p', prefix: 's#', ...range }));
      return items.map(({ sk }) => sk);
    };
    expect(await keysOf({})).toHaveLength(60);
    expect((await keysOf({}))[0]).toBe('s#10');
    expect(await keysOf({ backwards: true, limit: 2 })).toEqual(['s#69', 's#68']);
    expect(await keysOf({ from: 's#67' })).toEqual(['s#67', 's#68', 's#69']);
  });

  test('of many keys at once gives those that are there', async () => {
    const { catalog } = here.world().world;
    for (let n = 0; n < 120; n++) await done(here, catalog.put({ pk: 'p', sk: `s#${n}` }));
    const keys = Array.from({ length: 130 }, (_, n) => ({ pk: 'p', sk: `s#${n}` }));
    expect(await done(here, catalog.getAll(keys))).toHaveLength(120);
  });

  test('what is due gives the oldest first, and nothing that is due later or not at all', async () => {
    const { catalog } = here.world().world;
    const put = (sk: string, more: object) => done(here, catalog.put({ pk: 'p', sk, ...more }));
    await put('a', { due: 'work', dueAt: 300 });
    await put('b', { due: 'work', dueAt: 100 });
    await put('c', { dueAt: 50 });
    await put('d', { due: 'work', dueAt: 1000 });
    expect(await done(here, catalog.due(500, 10))).toEqual([
      { pk: 'p', sk: 'b', dueAt: 100 },
      { pk: 'p', sk: 'a', dueAt: 300 },
    ]);
  });
});
