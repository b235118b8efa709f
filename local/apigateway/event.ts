import type { WireRequest } from '../service.ts';
import { type Api, domainOf, type Route, type Stage } from './apis.ts';

/** Who called a route that IAM guards, as the function is told. */
export interface IamAuthorizer {
  accessKey: string;
  accountId: string;
  callerId: string;
  cognitoIdentity: null;
  principalOrgId: string | null;
  userArn: string;
  userId: string;
}

/** A request on its way to a function. */
export interface Passage {
  api: Api;
  stage: Stage;
  route: Route;
  request: WireRequest;
  /** Decoded, with the stage's name if it was called by it. */
  path: string;
  pathParameters?: Record<string, string>;
  /** Absent where nobody is asked who he is. */
  iam?: IamAuthorizer;
  requestId: string;
  traceId: string;
  /** Epoch ms. */
  at: number;
}

const sourceIp = '127.0.0.1';
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `12/Mar/2020:19:03:58 +0000` */
function logTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`;
}

/** Those of the connection end at the gateway; cookies have a member of their own. */
const ofTheConnection = new Set(
  'connection keep-alive proxy-connection transfer-encoding te trailer upgrade expect cookie'.split(' '),
);

function headersOf({ api, request, traceId }: Passage): Record<string, string> {
  const { headers, body } = request;
  const own = Object.entries(headers).filter(([name]) => !ofTheConnection.has(name));
  const before = headers['x-forwarded-for'];
  return {
    ...Object.fromEntries(own),
    'content-length': String(body.length),
    host: domainOf(api),
    'x-amzn-trace-id': headers['x-amzn-trace-id'] ?? traceId,
    'x-forwarded-for': before === undefined ? sourceIp : `${before}, ${sourceIp}`,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

function parametersOf(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries([...values].map(([name, all]) => [name, all.join(',')]));
}

/**
 * What is text to HTTP APIs; everything else reaches the function as base64, forms and bodies without a type included.
 * AWS does not say which; measured: https://github.com/ministackorg/ministack/pull/766
 */
const textual = /^(text\/.+|application\/(json|xml|javascript))$/i;

function bodyOf({ body, headers }: WireRequest): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const isText = textual.test(type);
  return { body: Buffer.from(body).toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/**
 * The event of payload format 2.0 (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 * Path and parameters are decoded, the query string is as it came, and what there is none of is left out.
 */
export function eventOf(passage: Passage): Record<string, unknown> {
  const { api, stage, route, request, path, pathParameters, iam, requestId, at } = passage;
  const cookies = request.headers.cookie?.split(/;\s*/).filter((one) => one !== '');
  const queryStringParameters = parametersOf(request.query);
  const domainName = domainOf(api);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: request.query,
    ...(cookies && { cookies }),
    headers: headersOf(passage),
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: api.account,
      apiId: api.apiId,
      ...(iam && { authorizer: { iam } }),
      domainName,
      domainPrefix: api.apiId,
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: route.routeKey,
      stage: stage.stageName,
      time: logTime(at),
      timeEpoch: at,
    },
    ...(pathParameters && { pathParameters }),
    ...(stage.stageVariables && { stageVariables: stage.stageVariables }),
    ...bodyOf(request),
  };
}
