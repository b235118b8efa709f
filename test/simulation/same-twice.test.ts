import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'simulate.ts');

/** The hash over all calls and times that a process of its own comes to. */
async function hashOf(seed: number): Promise<string | undefined> {
  const { stdout } = await run(process.execPath, [script, '--seed', String(seed)]);
  return /hash over \d+ calls and their times: ([0-9a-f]{64})/.exec(stdout)?.[1];
}

test.each([[42], [75]])(
  'two processes tell the same story of seed %i, to the last call and millisecond',
  { timeout: 60_000 },
  async (seed) => {
    const [one, other, another] = await Promise.all([hashOf(seed), hashOf(seed), hashOf(seed + 1)]);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(other).toBe(one);
    expect(another).not.toBe(one);
  },
);
