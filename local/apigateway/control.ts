import { validatorOf } from '../members.ts';
import { AwsError, type Call, type Core, type Permission, type Service } from '../service.ts';
import { type Api, type Apis, type Integration, pathOf, type Route, type RouteSettings, type Stage } from './apis.ts';
import { isRouteKey } from './routes.ts';

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/resources.html */
export const routes = {
  'POST /v2/apis': 'CreateApi',
  'GET /v2/apis': 'GetApis',
  'GET /v2/apis/{apiId}': 'GetApi',
  'PATCH /v2/apis/{apiId}': 'UpdateApi',
  'DELETE /v2/apis/{apiId}': 'DeleteApi',
  'POST /v2/apis/{apiId}/integrations': 'CreateIntegration',
  'GET /v2/apis/{apiId}/integrations': 'GetIntegrations',
  'GET /v2/apis/{apiId}/integrations/{integrationId}': 'GetIntegration',
  'PATCH /v2/apis/{apiId}/integrations/{integrationId}': 'UpdateIntegration',
  'DELETE /v2/apis/{apiId}/integrations/{integrationId}': 'DeleteIntegration',
  'POST /v2/apis/{apiId}/routes': 'CreateRoute',
  'GET /v2/apis/{apiId}/routes': 'GetRoutes',
  'GET /v2/apis/{apiId}/routes/{routeId}': 'GetRoute',
  'PATCH /v2/apis/{apiId}/routes/{routeId}': 'UpdateRoute',
  'DELETE /v2/apis/{apiId}/routes/{routeId}': 'DeleteRoute',
  'POST /v2/apis/{apiId}/stages': 'CreateStage',
  'GET /v2/apis/{apiId}/stages': 'GetStages',
  'GET /v2/apis/{apiId}/stages/{stageName}': 'GetStage',
  'PATCH /v2/apis/{apiId}/stages/{stageName}': 'UpdateStage',
  'DELETE /v2/apis/{apiId}/stages/{stageName}': 'DeleteStage',
};

export const validate = validatorOf({
  required: {
    CreateApi: ['name', 'protocolType'],
    CreateIntegration: ['integrationType'],
    CreateRoute: ['routeKey'],
    CreateStage: ['stageName'],
  },
});

type Input = Record<string, unknown>;

const bad = (message: string): AwsError => new AwsError('BadRequestException', message);
const missing = (kind: string, id: unknown): AwsError =>
  new AwsError('NotFoundException', `Invalid ${kind} identifier specified ${id}`, 404);

/** What the API may have and this gateway does not do is refused rather than forgotten. */
function refuseUnknown(input: Input, members: string[]): void {
  const unknown = Object.keys(input).find((name) => input[name] !== undefined && members.includes(name));
  if (unknown !== undefined) throw bad(`The local AWS does not do ${unknown} of HTTP APIs.`);
}

function apiOf({ input, account, region }: Call, core: Core): Api {
  if (input.protocolType !== 'HTTP') throw bad('The local AWS has HTTP APIs only.');
  refuseUnknown(input, [
    'body',
    'bodyS3Location',
    'corsConfiguration',
    'target',
    'routeKey',
    'disableExecuteApiEndpoint',
  ]);
  const collections = { routes: new Map(), integrations: new Map(), stages: new Map() };
  const createdAt = core.clock.now();
  return { apiId: core.random.hex(10), account, region, name: String(input.name), createdAt, ...collections };
}

function integrationOf(input: Input, integrationId: string): Integration {
  const { integrationType, integrationUri, payloadFormatVersion, timeoutInMillis = 30_000 } = input;
  if (integrationType !== 'AWS_PROXY' || payloadFormatVersion !== '2.0') {
    throw bad('The local AWS has integrations of type AWS_PROXY with payload format 2.0 only.');
  }
  const timeout = Number(timeoutInMillis);
  if (!(timeout >= 50 && timeout <= 30_000)) throw bad('Timeout should be between 50 ms and 30000 ms');
  if (!/:lambda:/.test(String(integrationUri))) throw bad('The integration URI is no Lambda function.');
  refuseUnknown(input, ['requestParameters', 'responseParameters', 'integrationSubtype', 'credentialsArn']);
  return {
    integrationId,
    integrationType,
    integrationUri: String(integrationUri),
    payloadFormatVersion,
    timeoutInMillis: timeout,
  };
}

function routeOf(api: Api, input: Input, routeId: string): Route {
  const { routeKey, authorizationType = 'NONE', target } = input;
  const key = String(routeKey);
  if (!isRouteKey(key)) throw bad(`The provided route key is not formatted properly for HTTP protocol: ${key}`);
  if (authorizationType !== 'NONE' && authorizationType !== 'AWS_IAM') {
    throw bad(`The local AWS does not authorise routes by ${authorizationType}.`);
  }
  if ([...api.routes.values()].some((other) => other.routeKey === key && other.routeId !== routeId)) {
    throw new AwsError('ConflictException', `Route with key ${key} already exists for this API`, 409);
  }
  const id = String(target ?? '').replace('integrations/', '');
  if (target !== undefined && !api.integrations.has(id)) throw missing('Integration', id);
  return { routeId, routeKey: key, authorizationType, ...(target !== undefined && { target: String(target) }) };
}

function stageOf(input: Input): Stage {
  const { stageName, autoDeploy, defaultRouteSettings = {}, routeSettings = {}, stageVariables } = input;
  if (autoDeploy !== true) throw bad('The local AWS has stages with AutoDeploy only.');
  if (!/^(\$default|[\w-]{1,128})$/.test(String(stageName))) throw bad(`Invalid stage name ${stageName}`);
  return {
    stageName: String(stageName),
    autoDeploy,
    defaultRouteSettings: defaultRouteSettings as RouteSettings,
    routeSettings: routeSettings as Stage['routeSettings'],
    ...(stageVariables !== undefined && { stageVariables: stageVariables as Record<string, string> }),
  };
}

/** The endpoint is where this AWS answers, as with the URLs of queues. */
const described = ({ endpoint }: Core, api: Api): Input => ({
  apiId: api.apiId,
  apiEndpoint: `${endpoint}${pathOf(api)}`,
  name: api.name,
  protocolType: 'HTTP',
  createdDate: new Date(api.createdAt).toISOString(),
  routeSelectionExpression: '$request.method $request.path',
  apiKeySelectionExpression: '$request.header.x-api-key',
  disableExecuteApiEndpoint: false,
});

/** A kind of what an API consists of. */
interface Part<One> {
  name: 'Integration' | 'Route' | 'Stage';
  id: string;
  of(api: Api): Map<string, One>;
  /** Throws `AwsError` for what cannot be. */
  make(api: Api, input: Input, id: string): One;
}

/** Create, read, change and delete, which are alike for all parts. */
function operationsOn<One extends object>(apis: Apis, core: Core, part: Part<One>): Service['operations'] {
  const found = (call: Call): { all: Map<string, One>; id: string; one: One; api: Api } => {
    const api = apis.of(call);
    const all = part.of(api);
    const id = String(call.input[part.id]);
    const one = all.get(id);
    if (one === undefined) throw missing(part.name, id);
    return { all, id, one, api };
  };
  return {
    [`Create${part.name}`](call) {
      const api = apis.of(call);
      const id = part.name === 'Stage' ? String(call.input.stageName) : core.random.hex(7);
      if (part.of(api).has(id)) throw new AwsError('ConflictException', `${part.name} already exists`, 409);
      const one = part.make(api, call.input, id);
      part.of(api).set(id, one);
      return one;
    },
    [`Get${part.name}s`]: (call) => ({ items: [...part.of(apis.of(call)).values()] }),
    [`Get${part.name}`]: (call) => found(call).one,
    [`Update${part.name}`](call) {
      const { all, id, one, api } = found(call);
      const changed = part.make(api, { ...one, ...call.input }, id);
      all.set(id, changed);
      return changed;
    },
    [`Delete${part.name}`](call) {
      const { all, id } = found(call);
      all.delete(id);
    },
  };
}

/** The operations of API Gateway on HTTP APIs. */
export function operations(apis: Apis, core: Core): Service['operations'] {
  return {
    CreateApi(call) {
      const api = apiOf(call, core);
      apis.put(api);
      return described(core, api);
    },
    GetApis: (call) => ({ items: apis.list(call).map((api) => described(core, api)) }),
    GetApi: (call) => described(core, apis.of(call)),
    UpdateApi(call) {
      const api = apis.of(call);
      if (call.input.name !== undefined) api.name = String(call.input.name);
      return described(core, api);
    },
    DeleteApi: (call) => apis.delete(apis.of(call).apiId),
    ...operationsOn<Integration>(apis, core, {
      name: 'Integration',
      id: 'integrationId',
      of: (api) => api.integrations,
      make: (_api, input, id) => integrationOf(input, id),
    }),
    ...operationsOn<Route>(apis, core, { name: 'Route', id: 'routeId', of: (api) => api.routes, make: routeOf }),
    ...operationsOn<Stage>(apis, core, {
      name: 'Stage',
      id: 'stageName',
      of: (api) => api.stages,
      make: (_api, input) => stageOf(input),
    }),
  };
}

/** Actions are methods and resources paths: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html */
export function permissions({ operation, input, region }: Call): Permission[] {
  const [route = ''] = Object.entries(routes).find(([, name]) => name === operation) ?? [];
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace('/v2', '').replace(/\{(\w+)\}/g, (_, name: string) => String(input[name]));
  return [{ action: `apigateway:${method}`, resource: `arn:aws:apigateway:${region}::${path}` }];
}
