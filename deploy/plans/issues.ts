import type { core } from 'zod/mini';
import { type Entry, sourceKeys } from './keys.ts';
import { nearest } from './nearest.ts';
import type { Mistake } from './rules.ts';

/** What the definition found, with what it means for the person who writes the file. */
export function mistakesOfIssues(issues: readonly core.$ZodIssue[], value: unknown, entry: Entry): Mistake[] {
  const mistyped = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')));
  return issues.flatMap((issue): Mistake[] => {
    const { code, path, message } = issue;
    if (code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], entry));
    if (code === 'invalid_key') return [{ path, isKey: true, message: `${issue.issues[0]?.message ?? message}.` }];
    // What is said to be missing is there, under a mistyped key.
    if (code === 'custom') return mistyped.has(path.join('.')) ? [] : [{ path, message: `${message}.` }];
    const found = at(value, path);
    if (found === undefined) return [{ path, message: `is missing; ${message}.` }];
    return [{ path, message: `${found === null ? 'is empty' : `${shown(found)} is not possible`}; ${message}.` }];
  });
}

function unknownKey(path: PropertyKey[], entry: Entry): Mistake {
  const known = sourceKeys(entry, path.slice(0, -1));
  const meant = nearest(String(path.at(-1)), known);
  const remedy = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
  return { path, isKey: true, message: `is not known; ${remedy}${meant === undefined ? '.' : ''}` };
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step], value);

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
