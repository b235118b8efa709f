import { isMap, isScalar, type Node, type Pair } from 'yaml';

/** The key as text. */
export const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key);

/** Offset in the file. */
export const startOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;

/** Where the value at that path is; where it is missing, the nearest thing above it. For an unknown key, the key. */
export function locate(plan: Pair, path: PropertyKey[], isKey: boolean): number {
  let at = startOf(plan.key);
  let node: unknown = plan.value;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.findLast((other) => keyOf(other) === String(step));
      if (pair === undefined) return at;
      at = startOf(pair.key);
      node = pair.value;
      if (isKey && depth === path.length - 1) return at;
    } else {
      node = (node as { items?: unknown[] } | null)?.items?.[Number(step)];
      at = startOf(node) || at;
    }
  }
  return isScalar(node) && node.value !== null ? startOf(node) : at;
}

/** Keys that a map has twice, at any depth: YAML readers keep the last and say nothing. */
export function* repeatedKeys(node: unknown, above: string[] = []): Generator<{ key: string[]; at: number }> {
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = [...above, keyOf(pair)];
    if (seen.has(keyOf(pair))) yield { key, at: startOf(pair.key) };
    seen.add(keyOf(pair));
    yield* repeatedKeys(pair.value, key);
  }
}
