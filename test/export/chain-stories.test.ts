import { expect, test } from 'vitest';
import { chainStory } from './chain-story.ts';

/** `STORIES=1-100 CHAPTERS=8` tells others, and longer ones. */
const [from = 4, until = 5] = (process.env.STORIES ?? '4-5').split('-').map(Number);
const seeds = Array.from({ length: until - from + 1 }, (_, index) => from + index);

test.each(seeds)(
  'whatever befalls chains, the bucket alone tells what the tables were (story %i)',
  {
    timeout: 300_000,
  },
  async (seed) => {
    const { broken, events } = await chainStory(seed, Number(process.env.CHAPTERS ?? 2));
    expect(broken, events.join('\n')).toEqual([]);
  },
);
