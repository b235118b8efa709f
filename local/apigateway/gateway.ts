import type { LocalIam } from '../iam/iam.ts';
import { AwsError, type Caller, type Core, type WireAnswer, type WireRequest } from '../service.ts';
import { gatewayAnswer } from './answer.ts';
import type { Api, Apis, Route, Stage } from './apis.ts';
import type { IamAuthorizer, Passage } from './event.ts';
import { findRoute } from './routes.ts';
import { Bucket } from './throttle.ts';
import { verify } from './verify.ts';

/** A request that was refused, for whoever wonders why: the answer itself does not say. */
export interface Refused {
  apiId: string;
  method: string;
  path: string;
  status: number;
  reason: string;
}

/** What the door of all APIs needs. */
export interface GatewayOptions {
  core: Core;
  iam: LocalIam;
  apis: Apis;
  onRefused?: ((refused: Refused) => void) | undefined;
}

const byHost = /^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.(?:amazonaws\.com|localhost)(?::\d+)?$/i;
const byPath = /^\/_aws\/execute-api\/([a-z0-9]+)(\/.*)?$/s;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const largestBodyBytes = 10 * 2 ** 20;
const largestHeadBytes = 10_240;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const accountPerSecond = 10_000;
const accountBurst = 5000;

/** Which API a request is for, by its host or by its path, and the path inside it. */
function addressOf({ headers, path }: WireRequest): { apiId: string; region?: string; path: string } | undefined {
  const [, hostId, region = ''] = byHost.exec(headers.host ?? '') ?? [];
  if (hostId !== undefined) return { apiId: hostId.toLowerCase(), region: region.toLowerCase(), path };
  const [, pathId, rest = '/'] = byPath.exec(path) ?? [];
  return pathId === undefined ? undefined : { apiId: pathId, path: rest };
}

/**
 * Decoded before it is routed, and cut where a question mark comes to light, as HTTP APIs do it: `/a%2Fb` is `/a/b`
 * (https://github.com/fastify/aws-lambda-fastify/issues/169, https://github.com/middleapi/standard-server/pull/93).
 */
function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path).split('?')[0] ?? '/';
  } catch {
    return undefined;
  }
}

/** The stage that the path begins with, else `$default`; and the path that its routes are about. */
function stageOf({ stages }: Api, path: string): { stage: Stage; routed: string } | undefined {
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  const named = first === '$default' ? undefined : stages.get(first);
  if (named !== undefined) return { stage: named, routed: rest || '/' };
  const stage = stages.get('$default');
  return stage && { stage, routed: path };
}

const headBytes = ({ method, path, query, headers }: WireRequest): number =>
  method.length +
  path.length +
  query.length +
  Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);

/** Answers requests to HTTP APIs; undefined for those that are for no API. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  answer(request: WireRequest): Promise<WireAnswer> | undefined {
    const address = addressOf(request);
    return address && this.#identified(request, address);
  }

  /** Every answer names its request, those of the gateway's own too. */
  async #identified(request: WireRequest, address: { apiId: string; region?: string; path: string }) {
    const { random } = this.#options.core;
    const requestId = `${Buffer.from(random.hex(22), 'hex').toString('base64url').replace(/[-_]/g, 'A')}=`;
    const api = this.#options.apis.find(address.apiId);
    const isHere = api !== undefined && (address.region ?? api.region) === api.region;
    const answer = isHere
      ? await this.#enter(api, request, address.path, requestId)
      : this.#refuse(address, request, 404, 'there is no such API');
    return { ...answer, headers: { ...answer.headers, 'apigw-requestid': requestId } };
  }

  async #enter(api: Api, request: WireRequest, rawPath: string, requestId: string): Promise<WireAnswer> {
    const refuse = (status: number, reason: string) => this.#refuse(api, request, status, reason);
    if (headBytes(request) > largestHeadBytes) return refuse(431, 'request line and headers are too large');
    if (request.body.length > largestBodyBytes) return refuse(413, 'the body is too large');
    const path = decodedPath(rawPath);
    if (path === undefined) return refuse(400, 'the path is not percent-encoded correctly');
    const found = stageOf(api, path);
    if (found === undefined) return refuse(404, 'the API has no such stage and no $default');
    const match = findRoute(api.routes.values(), request.method, found.routed);
    if (match === undefined) return refuse(404, 'no route fits');
    if (!this.#admits(api, found.stage, match.route)) return refuse(429, 'too many requests');
    const { random, clock } = this.#options.core;
    const at = clock.now();
    const traceId = `Root=1-${Math.floor(at / 1000).toString(16)}-${random.hex(24)}`;
    const passage: Passage = { api, stage: found.stage, ...match, request, path, requestId, traceId, at };
    const caller = this.#callerOf(passage);
    if ('refusal' in caller) return refuse(403, caller.refusal);
    const iam = match.route.authorizationType === 'AWS_IAM' ? this.#authorizer(caller) : undefined;
    return this.#pass(caller, { ...passage, ...(iam && { iam }) }, found.routed);
  }

  /** By the signature; anybody where the route asks nobody. */
  #callerOf({ api, route, request, at }: Passage): Caller | { refusal: string } {
    if (route.authorizationType === 'NONE') {
      return { account: api.account, principalArn: 'anonymous', arn: 'anonymous' };
    }
    const { iam } = this.#options;
    const keysOf = (accessKey: string) => iam.signingKeys(accessKey);
    const verdict = verify(request, { region: api.region, service: 'execute-api', now: at, keysOf });
    if ('refusal' in verdict) return verdict;
    try {
      return iam.caller(verdict.accessKey);
    } catch (error) {
      return { refusal: (error as Error).message };
    }
  }

  #authorizer(caller: Caller): IamAuthorizer {
    const { iam } = this.#options;
    const role = iam.role(caller.principalArn);
    const userId = role === undefined ? caller.account : `${role.id}:${caller.arn.split('/').at(-1)}`;
    return {
      accessKey: caller.accessKey ?? '',
      accountId: caller.account,
      callerId: userId,
      cognitoIdentity: null,
      principalOrgId: iam.organisationOf(caller.account) ?? null,
      userArn: caller.arn,
      userId,
    };
  }

  /** By the call `execute-api:Invoke`, so that rights, interceptors and listeners see it. */
  async #pass(caller: Caller, passage: Passage, routed: string): Promise<WireAnswer> {
    const { api, stage, request } = passage;
    const { account, region } = api;
    const place = `arn:aws:execute-api:${region}:${account}:${api.apiId}`;
    const resource = `${place}/${stage.stageName}/${request.method}${routed}`;
    const input = { resource, passage };
    try {
      const call = { service: 'execute-api', operation: 'Invoke', input, caller, account, region };
      return (await this.#options.core.call(call)) as WireAnswer;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const status = /AccessDenied/.test(error.code) ? 403 : error.status === 429 ? 429 : 500;
      return this.#refuse(api, request, status, error.message);
    }
  }

  #admits(api: Api, stage: Stage, route: Route): boolean {
    const own = { ...stage.defaultRouteSettings, ...stage.routeSettings[route.routeKey] };
    const { throttlingRateLimit: perSecond, throttlingBurstLimit: burst } = own;
    const { account, region, apiId } = api;
    if (perSecond !== undefined && burst !== undefined) {
      const key = `${apiId} ${stage.stageName} ${route.routeKey} ${perSecond} ${burst}`;
      if (!this.#bucket(key, perSecond, burst).take()) return false;
    }
    return this.#bucket(`${account} ${region}`, accountPerSecond, accountBurst).take();
  }

  #bucket(key: string, perSecond: number, burst: number): Bucket {
    const bucket = this.#buckets.get(key) ?? new Bucket(this.#options.core.clock, perSecond, burst);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #refuse({ apiId }: { apiId: string }, { method, path }: WireRequest, status: number, reason: string): WireAnswer {
    this.#options.onRefused?.({ apiId, method, path, status, reason });
    return gatewayAnswer(status);
  }
}
