import { AwsError } from '../service.ts';

/** A path and method of an API, and who may call it; names as on the wire. */
export interface Route {
  routeId: string;
  /** `GET /plans/{id}`, or `$default`. */
  routeKey: string;
  authorizationType: 'NONE' | 'AWS_IAM';
  /** `integrations/<id>` */
  target?: string;
}

/** The function behind routes. */
export interface Integration {
  integrationId: string;
  integrationType: 'AWS_PROXY';
  /** The function's ARN, alone or inside API Gateway's own. */
  integrationUri: string;
  payloadFormatVersion: '2.0';
  timeoutInMillis: number;
}

/** How fast requests may come. */
export interface RouteSettings {
  throttlingRateLimit?: number;
  throttlingBurstLimit?: number;
}

/** A name under which an API is reached. */
export interface Stage {
  /** `$default` is reached without a name in the path. */
  stageName: string;
  autoDeploy: true;
  defaultRouteSettings: RouteSettings;
  /** By route key. */
  routeSettings: Record<string, RouteSettings>;
  stageVariables?: Record<string, string>;
}

/** An HTTP API. */
export interface Api {
  apiId: string;
  account: string;
  region: string;
  name: string;
  createdAt: number;
  routes: Map<string, Route>;
  integrations: Map<string, Integration>;
  stages: Map<string, Stage>;
}

/** Where AWS answers for an API. */
export const domainOf = ({ apiId, region }: Pick<Api, 'apiId' | 'region'>): string =>
  `${apiId}.execute-api.${region}.amazonaws.com`;

/** Where this AWS answers for it, below its own address; the path inside the API follows. */
export const pathOf = ({ apiId }: Pick<Api, 'apiId'>): string => `/_aws/execute-api/${apiId}`;

/** The APIs of all accounts and Regions; ids are unique among all of them. */
export class Apis {
  readonly #apis = new Map<string, Api>();

  put(api: Api): void {
    this.#apis.set(api.apiId, api);
  }

  find(apiId: string): Api | undefined {
    return this.#apis.get(apiId);
  }

  /** Throws `AwsError` NotFoundException for an API of somebody else, too. */
  of({ input, account, region }: { input: Record<string, unknown>; account: string; region: string }): Api {
    const api = this.find(String(input.apiId));
    if (api !== undefined && api.account === account && api.region === region) return api;
    throw new AwsError('NotFoundException', `Invalid API identifier specified ${account}:${input.apiId}`, 404);
  }

  list(place: { account: string; region: string }): Api[] {
    return [...this.#apis.values()].filter(
      ({ account, region }) => account === place.account && region === place.region,
    );
  }

  delete(apiId: string): void {
    this.#apis.delete(apiId);
  }
}
