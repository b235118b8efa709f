import type { Mistake } from '../task/task.ts';

/** What the API answers a request that it does not grant. */
export type FailureStatus = 400 | 403 | 404 | 405 | 409 | 503;

/** An answer that is no success: each dialect writes it in its own shape. */
export class Failure extends Error {
  override name = 'Failure';
  readonly status: FailureStatus;
  readonly code: string;
  /** Where, what and what to write instead; one at least. */
  readonly mistakes: readonly Mistake[];
  readonly headers: Record<string, string>;

  constructor(status: FailureStatus, code: string, mistakes: readonly Mistake[], headers: Record<string, string> = {}) {
    super(mistakes.map(({ problem, remedy }) => `${problem} ${remedy}`).join(' '));
    this.status = status;
    this.code = code;
    this.mistakes = mistakes;
    this.headers = headers;
  }
}

/** The request is wrong by itself: 400. */
export const wrong = (mistakes: Mistake[], code = 'BadRequest'): Failure => new Failure(400, code, mistakes);

/** What the request names is not there: 404. */
export function missing(field: string, problem: string, remedy: string): Failure {
  return new Failure(404, 'NotFound', [{ field, problem, remedy }]);
}

/** The request is right, and cannot succeed as things are: 409. */
export function conflict(code: string, field: string, problem: string, remedy: string): Failure {
  return new Failure(409, code, [{ field, problem, remedy }]);
}
