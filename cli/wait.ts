import { setTimeout } from 'node:timers/promises';
import { Stop } from './exit.ts';

const everyMs = 1000;

/** Looks each second until there is an answer; undefined when there was none in time. */
export async function until<Answer>(
  look: () => Promise<Answer | undefined>,
  withinMs: number,
  everyLookMs = everyMs,
): Promise<Answer | undefined> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    if (Date.now() + everyLookMs > end) return undefined;
    await setTimeout(everyLookMs);
  }
}

/** Undefined for what is not there yet. */
export async function unlessMissing<Answer>(asking: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof Stop && error.status === 404) return undefined;
    throw error;
  }
}
