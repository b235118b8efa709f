import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepStanding } from '../../shared/standing/keep.ts';
import type { StandingRow } from '../../shared/standing/rows.ts';
import { type TableQuery, tablesOf } from '../../shared/standing/standing.ts';
import { aPlan, hub, type Surroundings, surroundings } from '../retention/surroundings.ts';

const first = { ...hub, region: 'eu-west-1' };
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** 500 of them are a piece, which hardly compresses: an item of its own. Every second one is overdue, one is opted out. */
const rows = Array.from({ length: 2000 }, (_, n): StandingRow => {
  const name = `table-${String(n).padStart(4, '0')}`;
  const state = n % 2 === 0 ? 'protected' : 'overdue';
  return { name, id: digest(name), isOptedOut: n === 1234, protections: [{ plan: 'nightly', state }] };
});

let here: Surroundings;
beforeEach(async () => {
  here = await surroundings('2026-01-01T00:00Z', [aPlan({ targets: [{ regions: [hub.region, first.region] }] })]);
  for (const target of [first, hub]) await here.run(keepStanding(here.world, target, rows));
});
afterEach(() => here.restore());

/** A page, and how many pieces were read for it. */
async function pageOf(query: TableQuery) {
  const from = here.calls.length;
  const page = await here.run(tablesOf(here.world, query));
  if (page === undefined) throw new Error('It is no cursor of that query.');
  const read = here.calls.slice(from).flatMap(({ input }) => JSON.stringify(input).match(/"tables#[ab]\d{4}"/g) ?? []);
  return { ...page, pieces: read.length };
}

async function pagesOf(query: TableQuery) {
  const pages = [await pageOf(query)];
  for (let cursor = pages[0]?.next; cursor !== undefined; cursor = pages.at(-1)?.next) {
    pages.push(await pageOf({ ...query, cursor }));
  }
  return pages;
}

test('a page of all tables reads what it shows, and the list is whole', async () => {
  const pages = await pagesOf({ limit: 300 });
  expect(Math.max(...pages.map(({ pieces }) => pieces))).toBeLessThanOrEqual(4);
  expect(new Set(pages.map(({ totalCount }) => totalCount))).toEqual(new Set([4000]));
  const shown = pages.flatMap(({ tables }) => tables.map(({ target, name }) => `${target.region} ${name}`));
  expect(shown).toEqual([first, hub].flatMap(({ region }) => rows.map(({ name }) => `${region} ${name}`)));
});

test('what is left out by a filter is counted once, for the first page', async () => {
  const [one, ...others] = await pagesOf({ state: 'overdue', limit: 400 });
  expect(one?.pieces).toBe(8);
  expect(others).toHaveLength(4);
  for (const { pieces, totalCount } of others) {
    expect(pieces).toBeLessThanOrEqual(4);
    expect(totalCount).toBe(2000);
  }
});

test('a page whose rows are far apart is read to the end', async () => {
  const [one, two] = await pagesOf({ state: 'optedOut', limit: 1 });
  expect([one?.tables, two?.tables]).toMatchObject([[{ target: first }], [{ target: hub }]]);
  expect(two?.next).toBeUndefined();
});

test('names are looked for where they are', async () => {
  const { tables, totalCount, pieces } = await pageOf({ name: 'table-1234' });
  expect(tables.map(({ target }) => target)).toEqual([first, hub]);
  expect({ totalCount, pieces }).toEqual({ totalCount: 2, pieces: 2 });
});
