import { describe, expect, test } from 'vitest';
import { safeguards } from './safeguards.ts';
import { safeguardsOfTasks } from './safeguards-of-tasks.ts';
import { simulate } from './simulation.ts';

/** So many stories are told at most until the missing safeguard shows. */
const stories = 40;

describe('each safeguard is needed', () => {
  test.each(Object.entries({ ...safeguards, ...safeguardsOfTasks }))(
    'without %s a rule is broken sooner or later, and in the same story not with it',
    {
      timeout: 300_000,
    },
    async (_, { leaveOut, story, from = 1 }) => {
      let seed = from;
      let broken: string | undefined;
      for (; broken === undefined && seed < from + stories; seed++) {
        broken = (await simulate(story(seed), { around: leaveOut })).violation?.rule;
      }
      expect(broken).toBeDefined();
      expect((await simulate(story(seed - 1))).violation).toBeUndefined();
    },
  );
});
