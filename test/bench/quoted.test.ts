import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');
const results = read('bench/results.md');

/** What bench/results.md says was measured under that name. */
function measured(figure: string): number {
  const row = results.split('\n').find((line) => line.startsWith(`| ${figure} `));
  const number = /^[\d,.]+/.exec(row?.split('|')[2]?.trim() ?? '')?.[0];
  if (number === undefined) throw new Error(`bench/results.md has no figure "${figure}".`);
  return Number(number.replaceAll(',', ''));
}

const halfMinutes = (seconds: number): string =>
  ({ 3: 'three minutes', 3.5: 'three and a half minutes', 4: 'four minutes' })[Math.round(seconds / 30) / 2] ?? '';

test.each<[claim: string, figure: string, inWords: (value: number) => string]>([
  ['CreateBackup is paced at # of its 50', 'share of the quota, 1 worker', (share) => `${Math.floor(share)} %`],
  ['Ten thousand tables are started in #', '10,000 tables: until the last CreateBackup', halfMinutes],
  ['# write units of at most 4', 'write units per backup', (units) => units.toFixed(1)],
  [
    'that is # per thousand backups',
    'AWS cost per 1,000 backups, storage aside',
    (dollars) => `$${dollars.toFixed(4)}`,
  ],
  ['about # cents a month', 'idle month', (dollars) => String(Math.round(dollars * 100))],
])('README says what was measured: %s', (claim, figure, inWords) => {
  expect(readme).toContain(claim.replace('#', inWords(measured(figure))));
});
