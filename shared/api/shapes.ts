import * as z from 'zod/mini';
import type { Failure } from './failure.ts';
import type { Dialect } from './route.ts';

/** What is said of something that failed, whatever the dialect. */
type Said = Pick<Failure, 'status' | 'code' | 'message' | 'mistakes'> | Unexpected;

/** Nobody's mistake but ours. */
export interface Unexpected {
  status: 500;
  code: string;
  message: string;
  mistakes: [];
}

const text = z.string();

/** The gateway's own answers, before any function of ours is asked. */
export const gatewayError = z.object({ message: text });

/** Seed 000: a list of errors; what may be done about one is part of its message. */
const clumioError = z.object({
  errors: z.array(z.object({ error_code: z.int().check(z.nonnegative()), error_message: text })),
});

/**
 * Seed 001 does not show the body of an error. This is the one of Veeam's other REST API:
 * https://helpcenter.veeam.com/docs/vac/rest/errors.html
 */
const veeamError = z.object({
  errors: z.array(
    z.object({
      message: text,
      type: z.enum(['logical', 'retryablelogical']),
      code: z.int(),
      parameterName: z.optional(text),
    }),
  ),
});

const mistake = z.object({ field: text, problem: text, remedy: text });
const ownError = z.object({
  code: text,
  message: text,
  /** Of the first mistake. */
  field: z.optional(text),
  remedy: z.optional(text),
  /** All of them, when there are several. */
  mistakes: z.optional(z.array(mistake)),
  requestId: text,
});

/** The body of an answer that is no success. */
export const errorShapes = { veeam: veeamError, clumio: clumioError, own: ownError };

const lines = ({ message, mistakes }: Said) =>
  mistakes.length === 0
    ? [{ field: undefined, line: message }]
    : mistakes.map(({ field, problem, remedy }) => ({
        field: field === '(all)' ? undefined : field,
        line: field === '(all)' ? `${problem} ${remedy}` : `${field}: ${problem} ${remedy}`,
      }));

const bodies: Record<Dialect, (said: Said, requestId: string) => unknown> = {
  clumio: (said) => ({ errors: lines(said).map(({ line }) => ({ error_code: said.status, error_message: line })) }),
  veeam: (said) => ({
    errors: lines(said).map(({ field, line }) => ({
      message: line,
      type: said.status >= 500 ? 'retryablelogical' : 'logical',
      code: said.status,
      ...(field !== undefined && { parameterName: field }),
    })),
  }),
  own: ({ code, message, mistakes }, requestId) => {
    const [first] = mistakes;
    return {
      code,
      message,
      ...(first && { field: first.field, remedy: first.remedy }),
      ...(mistakes.length > 1 && { mistakes }),
      requestId,
    };
  },
};

/** An error in the words of a dialect. */
export const errorBody = (dialect: Dialect, said: Said, requestId: string): unknown => bodies[dialect](said, requestId);
