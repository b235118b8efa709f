/** Cases of each property. Where every mutant of the code is tried (docs/mutation.md), fewer. */
export const cases = { numRuns: Number(process.env.CASES ?? 10_000) };
