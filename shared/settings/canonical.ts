import { createHash } from 'node:crypto';
import type { TableSettings } from './settings.ts';

/** JSON with keys in order; what is null or undefined is left out, as a table that has none is one that has none. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
    const present = Object.entries(member).filter(([, inner]) => inner !== null && inner !== undefined);
    return Object.fromEntries(present.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** SHA-256 in hexadecimal digits: equal settings have equal hashes, in whatever order AWS told them. */
export function settingsHash(settings: TableSettings): string {
  return createHash('sha256').update(canonicalJson(settings)).digest('hex');
}

/** In the order of their canonical JSON: AWS promises none. */
export function inOrder<Member>(members: Member[]): Member[] {
  return members
    .map((member) => [canonicalJson(member), member] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, member]) => member);
}
