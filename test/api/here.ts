import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod/mini';
import { api } from '../../shared/api/api.ts';
import { dialectOf } from '../../shared/api/route.ts';
import { routes } from '../../shared/api/routes.ts';
import { errorShapes } from '../../shared/api/shapes.ts';
import type { World } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { type Local, type LocalOptions, local } from '../support/world.ts';

export const caller = 'arn:aws:sts::123456789012:assumed-role/ops/alice';

/** An answer of the API, its body read. */
export interface Got {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

export interface Wish {
  headers?: Record<string, string>;
  /** An object becomes JSON; a text is sent as it is. */
  body?: unknown;
  caller?: string | undefined;
}

export interface ApiHere extends Local {
  apiWorld: World;
  /** A request as the gateway hands it over: `GET /v1/plans?limit=5`. Each answer is checked against its contract. */
  ask(line: string, wish?: Wish): Promise<Got>;
  /** Lets time pass until the promise is there. */
  done<T>(work: Promise<T>): Promise<T>;
  /** What was put on the bus of requests. */
  asked(): { type: string; detail: Record<string, unknown> }[];
}

let requests = 0;

/** The payload of a request, format 2.0. */
export function payload(line: string, { headers = {}, body, ...wish }: Wish = {}) {
  const [method = '', target = ''] = line.split(' ');
  const [rawPath = '', rawQueryString = ''] = target.split('?');
  const userArn = 'caller' in wish ? wish.caller : caller;
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return {
    version: '2.0',
    routeKey: 'ANY /{proxy+}',
    rawPath,
    rawQueryString,
    headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
    requestContext: {
      requestId: `JKJaXmPLvHcESHA${++requests}=`,
      http: { method },
      ...(userArn !== undefined && { authorizer: { iam: { userArn } } }),
    },
    ...(text !== undefined && { body: text }),
    isBase64Encoded: false,
  };
}

/** The API in a local AWS, without its gateway. */
export async function apiHere(options: LocalOptions = {}): Promise<ApiHere> {
  const here = await local({ ...options });
  const { world } = here.world();
  const logger = new Logger({ serviceName: 'api', logLevel: 'SILENT' });
  const apiWorld = { ...world, logger };

  return Object.assign(here, {
    apiWorld,
    async ask(line: string, wish?: Wish): Promise<Got> {
      const answer = await done(here, api(apiWorld)({ detail: payload(line, wish) }));
      const got = { ...answer, status: answer.statusCode, body: answer.body === '' ? {} : JSON.parse(answer.body) };
      checkContract(line, got);
      return got;
    },
    done: <T>(work: Promise<T>) => done(here, work),
    asked: () =>
      here.facts.filter(({ type }) => type.endsWith(' Requested')).map(({ type, detail }) => ({ type, detail })),
  });
}

/** That the answer is one that the route's contract names. */
function checkContract(line: string, { status, body, headers }: Got): void {
  const [method = '', target = ''] = line.split(' ');
  const [path = ''] = target.split('?');
  if (headers['x-request-id'] === undefined) throw new Error(`${line} was answered without a request id`);
  if (status >= 400) {
    z.parse(errorShapes[dialectOf(path)], body);
    return;
  }
  const route = routes.find(
    (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
  );
  if (route?.success.status !== status) throw new Error(`${line} was answered with ${status}`);
  if (route.success.body !== undefined) z.parse(route.success.body, body);
}
