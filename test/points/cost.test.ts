import { expect, test } from 'vitest';
import { benchPages } from '../../bench/pages.ts';

test('a page costs what the runs and tables cost that could be on it, and no more', async () => {
  const { pages } = await benchPages(0.02);
  const unitsOf = (page: string) => pages.find((one) => one.page === page)?.readUnits ?? Number.NaN;
  expect(unitsOf('by id')).toBe(1);
  for (const page of ['first, newest first', 'one table', 'one account', 'jobTypeAsc, first']) {
    expect(unitsOf(page), page).toBeLessThan(250);
  }
  for (const { page, calls, readUnits } of pages) {
    expect(calls, page).toBeLessThan(150);
    expect(readUnits, page).toBeLessThan(2500);
  }
});
