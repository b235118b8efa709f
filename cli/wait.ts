import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { exitCodes, Stop } from './exit.ts';
import type { Screen } from './screen.ts';

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

/** Whoever presses Ctrl-C meanwhile reads the sentence: that it goes on, and how to look again. */
export async function watching<Answer>(
  screen: Screen,
  sentence: string,
  watch: () => Promise<Answer>,
): Promise<Answer> {
  const leave = () => {
    screen.note(sentence);
    process.exit(exitCodes.stopped);
  };
  process.once('SIGINT', leave);
  try {
    return await watch();
  } finally {
    process.off('SIGINT', leave);
  }
}
