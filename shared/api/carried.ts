import type { World } from '../world.ts';
import { type HttpRequest, isPlain } from './http.ts';

/** What goes through the router beside its event. */
export interface Carried {
  world: World;
  request: HttpRequest;
}

/** The methods that Powertools' router knows. */
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/**
 * An event for Powertools' router: it throws for a body with GET, for headers that are no ASCII and for hosts that are
 * none, so it gets what it chooses a route by and nothing else; and for a path or a method that no route can have, ones
 * that no route has.
 */
export function eventOf(carried: Carried) {
  const { request } = carried;
  const path = isPlain(request.path) ? request.path : '/';
  const method = methods.has(request.method) ? request.method : 'OPTIONS';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: { domainName: 'api', http: { method, path } },
    isBase64Encoded: false,
    carried,
  };
}

export const carriedBy = (event: unknown): Carried => (event as ReturnType<typeof eventOf>).carried;
