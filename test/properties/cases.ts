import { vi } from 'vitest';

// Seconds on a machine of one's own; others may be at work on it.
vi.setConfig({ testTimeout: 180_000 });

/** Cases of each property. Where every mutant of the code is tried (docs/mutation.md), fewer. */
export const cases = { numRuns: Number(process.env.CASES ?? 10_000) };
