import * as z from 'zod/mini';
import { closestIssues } from '../door.ts';
import type { Mistake } from '../task/task.ts';
import { wrong } from './failure.ts';

type Issue = z.core.$ZodIssue;

/** Where a value was given: its own words for what has no field. */
export type Place = 'path' | 'query' | 'body';

/** Reads what came in by its schema, or throws a 400 with everything that is wrong with it. */
export function read<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, place: Place): z.infer<Schema> {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  throw wrong(result.error.issues.flatMap(closestIssues).flatMap((issue) => mistakesOf(issue, place)));
}

const whole: Record<Place, Pick<Mistake, 'problem' | 'remedy'>> = {
  path: { problem: 'The path is not right.', remedy: 'See /openapi.json.' },
  query: { problem: 'The query is not right.', remedy: 'See /openapi.json.' },
  body: { problem: 'The body is not a JSON object of this form.', remedy: 'See /openapi.json.' },
};

function mistakesOf(issue: Issue, place: Place): Mistake[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      problem: `There is no ${place === 'query' ? 'such parameter' : 'such field'}.`,
      remedy: 'Leave it out, or correct its name: see /openapi.json.',
    }));
  }
  const field = path.join('.') || '(all)';
  // Without words of our own it would say what a validator says.
  const how = /^(Invalid|Too)/.test(issue.message) ? 'see /openapi.json' : issue.message;
  if (path.length === 0) {
    const own = /^(Invalid|Too)/.test(issue.message) ? {} : { remedy: sentence(how) };
    return [{ field, ...whole[place], ...own }];
  }
  if (issue.input === undefined) return [{ field, problem: 'It is missing.', remedy: `Give it: ${how}.` }];
  return [{ field, problem: `${shortened(JSON.stringify(issue.input))} is not right.`, remedy: sentence(how) }];
}

const shortened = (json: string): string => (json.length > 150 ? `${json.slice(0, 150)}…` : json);

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** Parameters of a query as its schema means them: whole numbers, yes or no, lists, else text. Given twice: a list. */
export function queryOf(schema: z.ZodMiniType, query: URLSearchParams): Record<string, unknown> {
  const shape = (schema as { _zod: { def: { shape?: Record<string, z.ZodMiniType> } } })._zod.def.shape ?? {};
  const names = [...new Set(query.keys())].filter((name) => !/^x-amz-/i.test(name));
  return Object.fromEntries(
    names.map((name) => {
      const texts = query.getAll(name);
      const kind = Object.hasOwn(shape, name) ? kindOf(shape[name]) : 'string';
      if (kind === 'array') return [name, texts.flatMap((text) => text.split(','))];
      return [name, texts.length > 1 ? texts : parsed(kind, texts[0] ?? '')];
    }),
  );
}

/** Of a schema, or of what is in it when it may be left out. */
function kindOf(schema: unknown): string {
  const { type, innerType } = (schema as { _zod: { def: { type: string; innerType?: unknown } } })._zod.def;
  return innerType === undefined ? type : kindOf(innerType);
}

function parsed(kind: string, text: string): unknown {
  if (kind === 'number') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (kind === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  return text;
}
