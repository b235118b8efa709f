import { expect, test } from 'vitest';
import { importStory } from './story.ts';

/** `STORIES=1-100` tells others. */
const [from = 4, until = 7] = (process.env.STORIES ?? '4-7').split('-').map(Number);
const seeds = Array.from({ length: until - from + 1 }, (_, index) => from + index);

test.each(seeds)(
  'whatever befalls an import, the table is in the end what the files say (story %i)',
  {
    timeout: 300_000,
  },
  async (seed) => {
    const { broken, events } = await importStory(seed);
    expect(broken, events.join('\n')).toEqual([]);
  },
);
