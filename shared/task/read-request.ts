import * as z from 'zod/mini';
import { type Contract, requestId } from '../../events/contract.ts';
import { closestIssues } from '../door.ts';
import type { Mistake } from './task.ts';

export type Read<Request> = { request: Request } | Unreadable;

/** What can be understood of a request that is wrong. */
export interface Unreadable {
  mistakes: Mistake[];
  requestId?: string;
  /** It says so, if in the wrong words. */
  isDryRun: boolean;
}

/** Names the files that show how it is written: events/schemas/restore-requested.json of `Restore Requested`. */
const fileOf = (type: string): string => `${type.toLowerCase().replaceAll(' ', '-')}.json`;

/** Reads a request: all that is wrong with it by itself at once, each with its field and what to write instead. */
export function readAs<Request>(
  { type, detail }: Contract<Request>,
  value: unknown,
  contradictionsOf: (request: unknown) => Mistake[],
): Read<Request> {
  const parsed = typeof value === 'string' ? fromText(value) : { value };
  if (parsed === undefined) {
    const problem = 'It is not JSON.';
    return {
      mistakes: [{ field: '(all)', problem, remedy: 'Send a JSON object: see events/examples.' }],
      isDryRun: false,
    };
  }
  const result = z.safeParse(detail, parsed.value, { reportInput: true });
  const names = mistakesOfNames(parsed.value);
  const mistakes = result.success
    ? names
    : result.error.issues.flatMap(closestIssues).flatMap((issue) => mistakesOf(issue, fileOf(type)));
  const partly = result.success ? result.data : parsed.value;
  const contradictions = isObject(parsed.value) ? contradictionsOf(partly) : [];
  const all = [...mistakes, ...contradictions.filter(({ field }) => !isTold(mistakes, field))];
  return result.success && all.length === 0 ? { request: result.data } : { mistakes: all, ...understood(parsed.value) };
}

function understood(value: unknown): Omit<Unreadable, 'mistakes'> {
  const { requestId: said, dryRun } = isObject(value) ? value : {};
  const { data: id } = z.safeParse(requestId, said);
  return { isDryRun: Boolean(dryRun), ...(id !== undefined && { requestId: id }) };
}

/** Of maps whose names are the requester's, the validator leaves this one out without a word. */
export function mistakesOfNames(value: unknown, path: string[] = []): Mistake[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '__proto__'
      ? [
          {
            field: [...path, name].join('.'),
            problem: 'A request cannot hold this name.',
            remedy: 'Leave it out, and do at AWS afterwards what it stands for.',
          },
        ]
      : mistakesOfNames(inner, [...path, name]),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fromText(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

const isTold = (mistakes: Mistake[], field: string): boolean => mistakes.some((other) => other.field === field);

/** An unknown member is named by itself, not by the object around it. */
function mistakesOf(issue: z.core.$ZodIssue, file: string): Mistake[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      problem: 'There is no such field.',
      remedy: `Leave it out, or correct its name: see events/schemas/${file}.`,
    }));
  }
  const field = path.join('.') || '(all)';
  if (path.length === 0) {
    return [{ field, problem: 'It is not an object.', remedy: 'Send a JSON object: see events/examples.' }];
  }
  if (issue.input === undefined) {
    // Without words of our own it would say what a validator says.
    const how = issue.message.startsWith('Invalid') ? `see events/examples/${file}` : issue.message;
    return [{ field, problem: 'It is missing.', remedy: `Give it: ${how}.` }];
  }
  return [
    { field, problem: `${shortened(JSON.stringify(issue.input))} is not right.`, remedy: sentence(issue.message) },
  ];
}

const shortened = (json: string): string => (json.length > 150 ? `${json.slice(0, 150)}…` : json);

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
