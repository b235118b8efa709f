/** The most of these instants in any window of that length. */
export function mostWithin(instants: number[], windowMs: number): number {
  const sorted = instants.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, at] of sorted.entries()) {
    while ((sorted[first] ?? 0) <= at - windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
