import type * as z from 'zod/mini';
import type { World } from '../world.ts';

/** Who may: a managed policy of the stack for each. */
export type Rights = 'read' | 'operate' | 'administer';

/** Whose words a route speaks: those of seed 001, of seed 000, or ours. */
export type Dialect = 'veeam' | 'clumio' | 'own';

export type Method = 'GET' | 'POST' | 'DELETE';

/** A request that was read. */
export interface Asked<Params = unknown, Query = unknown, Body = unknown> {
  params: Params;
  query: Query;
  body: Body;
  /** ARN of the signed caller. */
  caller: string;
  /** Of the client (`Idempotency-Key`), else made from the gateway's: the same id is the same request. */
  requestId: string;
}

/** A successful answer; without a schema it has no body. */
export interface Success {
  status: 200 | 202 | 204;
  description: string;
  body?: z.ZodMiniType;
  /** `application/json` by default. */
  mediaType?: string;
}

/** One route: what OpenAPI says of it, and what it does. */
export interface Route {
  method: Method;
  /** `/v1/plans/:plan` */
  path: `/${string}`;
  dialect: Dialect;
  rights: Rights;
  /** Names it in OpenAPI and in the examples. */
  id: string;
  summary: string;
  description?: string;
  params?: z.ZodMiniType;
  query?: z.ZodMiniType;
  body?: z.ZodMiniType;
  success: Success;
  /** Beside 400, and what the gateway answers. */
  failures: (404 | 409)[];
  act(world: World, asked: Asked<never, never, never>): Promise<unknown>;
}

type Read<Schema> = Schema extends z.ZodMiniType ? z.infer<Schema> : undefined;

/** Types what `act` gets by the schemas beside it. */
export function route<
  Params extends z.ZodMiniType | undefined = undefined,
  Query extends z.ZodMiniType | undefined = undefined,
  Body extends z.ZodMiniType | undefined = undefined,
>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'act'> & {
    params?: Params;
    query?: Query;
    body?: Body;
    act(world: World, asked: Asked<Read<Params>, Read<Query>, Read<Body>>): Promise<unknown>;
  },
): Route {
  return definition as unknown as Route;
}

/** Whose errors a path gets, also one that no route has. */
export function dialectOf(path: string): Dialect {
  if (path.startsWith('/api/')) return 'veeam';
  return /^\/(restores|tasks|datasources|backups)(\/|$)/.test(path) ? 'clumio' : 'own';
}
