import type { LocalIam } from '../iam/iam.ts';
import type { Call, Core, Permission, Service } from '../service.ts';
import { Apis } from './apis.ts';
import { operations, permissions, routes, validate } from './control.ts';
import type { Passage } from './event.ts';
import { Gateway, type Refused } from './gateway.ts';
import { integrate } from './integrate.ts';

/** What API Gateway is made with. */
export interface ApiGatewayOptions {
  iam: LocalIam;
  /** Why a request to an API was refused, which its answer does not say. */
  onRefused?: (refused: Refused) => void;
}

function invokePermissions({ input }: Call): Permission[] {
  const { route } = input.passage as Passage;
  if (route.authorizationType === 'NONE') return [];
  return [{ action: 'execute-api:Invoke', resource: String(input.resource) }];
}

/** API Gateway for HTTP APIs: the service that makes them, and the one that answers for them. */
export function createApiGateway(core: Core, { iam, onRefused }: ApiGatewayOptions): Service[] {
  const apis = new Apis();
  const gateway = new Gateway({ core, iam, apis, onRefused });
  const management: Service = {
    name: 'apigateway',
    protocol: 'rest-json',
    routes,
    validate,
    permissions,
    operations: operations(apis, core),
  };
  const execution: Service = {
    name: 'execute-api',
    protocol: 'rest-json',
    answers: (request) => gateway.answer(request),
    permissions: invokePermissions,
    operations: { Invoke: integrate(core) },
  };
  return [management, execution];
}
