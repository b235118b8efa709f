import type { Outcome } from './simulation.ts';
import type { Story } from './story.ts';

/** Plays a story, and says how it went. */
type Play = (story: Story) => Promise<Outcome>;

/**
 * The smallest story found that breaks the same rule: acts and faults are taken away, halves first, one by one at last,
 * as long as the rule stays broken (delta debugging, https://www.debuggingbook.org/html/DeltaDebugger.html).
 */
export async function shrink(story: Story, outcome: Outcome, play: Play): Promise<Story> {
  const rule = outcome.violation?.rule;
  const isBroken = async (smaller: Story) => (await play(smaller)).violation?.rule === rule;
  const named: Story = { ...story, only: outcome.happened };
  if (!(await isBroken(named))) return story;
  const fewFaults = await fewest(outcome.happened, (only) => isBroken({ ...named, only }));
  const withFew: Story = { ...named, only: fewFaults };
  const acts = await fewest(story.acts, (acts) => isBroken({ ...withFew, acts }));
  const withFewActs: Story = { ...withFew, acts };
  return { ...withFewActs, only: await fewest(fewFaults, (only) => isBroken({ ...withFewActs, only })) };
}

async function fewest<One>(all: One[], isEnough: (some: One[]) => Promise<boolean>): Promise<One[]> {
  let kept = all;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await isEnough(rest)) kept = rest;
      else start += size;
    }
  }
  return kept;
}
