import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { patience, where } from './endpoint.ts';
import { motoDifferences } from './moto-differences.ts';

const file = basename(expect.getState().testPath ?? '');
const differences = where === 'moto' ? (motoDifferences[file] ?? {}) : {};
const stated = new Set<string>();

/** A sentence about AWS that must hold wherever it runs. What moto is known to do otherwise must really fail there. */
export function rule(sentence: string, holds: () => Promise<void>): void {
  stated.add(sentence);
  (sentence in differences ? test.fails : test)(sentence, holds, patience.testMs);
}

afterAll(() => {
  const unknown = Object.keys(differences).filter((sentence) => !stated.has(sentence));
  expect(unknown, 'differences of moto that belong to no rule').toEqual([]);
});

/** What `look` sees as soon as it is `enough`; throws when that does not come. A look that throws is no answer yet. */
export async function eventually<T>(look: () => Promise<T>, enough: (seen: T) => boolean): Promise<T> {
  const rounds = Math.ceil(patience.forMs / patience.everyMs);
  let last: unknown = 'nothing';
  for (let round = 0; round < rounds; round++) {
    try {
      const seen = await look();
      if (enough(seen)) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    await pause(patience.everyMs);
  }
  throw new Error(`It did not come to pass in ${patience.forMs} ms; last seen: ${describe(last)}`, { cause: last });
}

const describe = (seen: unknown): string => (seen instanceof Error ? String(seen) : JSON.stringify(seen));
