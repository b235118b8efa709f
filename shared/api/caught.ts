import { NotFoundError } from '@aws-lambda-powertools/event-handler/http';
import { errorText, isOfAws, kindOf } from '../errors.ts';
import { OutdatedError } from '../packed.ts';
import type { Carried } from './carried.ts';
import { Failure, missing } from './failure.ts';
import { isPlain } from './http.ts';
import { routes } from './routes.ts';
import type { Unexpected } from './shapes.ts';

/** Nobody is told what went wrong inside: the log is, under the request's id. */
const unexpected: Unexpected = {
  status: 500,
  code: 'InternalError',
  message: 'Something went wrong here; the log has it under the id of this request.',
  mistakes: [],
};

/** What is answered when something was thrown on the way. */
export function saidOf({ world, request }: Carried, error: Error): Failure | Unexpected {
  if (error instanceof Failure) return error;
  if (error instanceof NotFoundError) return notRouted(request.method, request.path);
  if (error instanceof OutdatedError) return unavailable('What is asked for is being written anew just now.');
  // What AWS refuses for good is a mistake of ours.
  if (isOfAws(error) && kindOf(error) !== 'refused') {
    world.logger.warn('AWS did not answer as it should', { error: errorText(error) });
    return unavailable('AWS did not take this request just now.');
  }
  world.logger.error('unexpected', { error });
  return unexpected;
}

const unavailable = (problem: string): Failure =>
  new Failure(503, 'Unavailable', [{ field: '(all)', problem, remedy: 'Send it again in some seconds.' }], {
    'retry-after': '5',
  });

export const headersOf = (said: Failure | Unexpected): Record<string, string> =>
  said instanceof Failure ? said.headers : {};

const patterns = routes.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
}));

/** There is no such path, or it knows other methods. */
function notRouted(method: string, path: string): Failure {
  const allowed = patterns.filter(({ pattern }) => isPlain(path) && pattern.test(path)).map((route) => route.method);
  if (allowed.length === 0) {
    return missing('(all)', `There is nothing at ${path.slice(0, 200)}.`, 'See /openapi.json for what there is.');
  }
  const methods = allowed.join(', ');
  const problem = `${method.slice(0, 20)} is not for this path.`;
  return new Failure(405, 'MethodNotAllowed', [{ field: '(all)', problem, remedy: `It takes ${methods}.` }], {
    allow: methods,
  });
}
