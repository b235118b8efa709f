import { Router } from '@aws-lambda-powertools/event-handler/http';
import * as z from 'zod/mini';
import { carriedBy } from './carried.ts';
import { headersOf, saidOf } from './caught.ts';
import { Failure } from './failure.ts';
import { checkVersion, requestIdOf } from './headers.ts';
import { type HttpRequest, readJson } from './http.ts';
import { queryOf, read } from './read.ts';
import { type Asked, dialectOf, type Route } from './route.ts';
import { routes } from './routes.ts';
import { errorBody } from './shapes.ts';

/** Knows the routes by method and path; everything else of a request is read here. */
export const router = new Router();

for (const route of routes) {
  const { method, path, success } = route;
  router.route(
    async ({ params, event }) => {
      const { world, request } = carriedBy(event);
      const answered = await route.act(world, askedOf(route, params, request) as Asked<never, never, never>);
      return response(request, success.status, answered, success.mediaType);
    },
    { method, path },
  );
}

router.errorHandler(Error, async (error, { event }) => {
  const carried = carriedBy(event);
  const said = saidOf(carried, error);
  const { request } = carried;
  const body = errorBody(dialectOf(request.path), said, request.id);
  return response(request, said.status, body, 'application/json', headersOf(said));
});

const nothing = z.strictObject({});

function askedOf(route: Route, params: Record<string, string>, request: HttpRequest): Asked {
  const { params: path, query = nothing, body } = route;
  const { caller } = request;
  if (caller === undefined) throw new Failure(403, 'Forbidden', [unsigned]);
  checkVersion(route, request);
  const asked = body && read(body, readJson(request), 'body');
  return {
    params: path && read(path, params, 'path'),
    query: read(query, queryOf(query, request.query), 'query'),
    body: asked,
    caller: shortened(caller),
    requestId: requestIdOf(request, asked),
  };
}

/** A request takes 200 characters; only a user with a long path has more, whose account and name stay. */
const shortened = (arn: string): string => (arn.length <= 200 ? arn : `${arn.slice(0, 40)}…${arn.slice(-159)}`);

const unsigned = {
  field: 'authorization',
  problem: 'Nobody has signed this request.',
  remedy: 'Sign it (AWS Signature Version 4, service execute-api).',
};

/** Every answer has the gateway's id of its request. */
function response(
  { id }: HttpRequest,
  status: number,
  body: unknown,
  mediaType = 'application/json',
  headers: Record<string, string> = {},
): Response {
  const all = { ...headers, 'x-request-id': id, 'cache-control': 'no-store' };
  if (body === undefined) return new Response(null, { status, headers: all });
  return new Response(JSON.stringify(body), { status, headers: { ...all, 'content-type': mediaType } });
}
