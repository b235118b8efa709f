import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { type ClientOptions, clientConfig } from './client.ts';

/** A service that speaks JSON and of which we need a handful of operations. */
export interface Service {
  /** First part of its host name, and the name that requests to it are signed for. */
  host: string;
  signingName: string;
}

/** One request as that service wants it. */
export interface PlainRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
}

/** An operation of the JSON protocol: everything is a POST, `target` says what. */
export function jsonRequest(target: string, version: '1.0' | '1.1', body: unknown): PlainRequest {
  const headers = { 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}` };
  return { method: 'POST', path: '/', headers, body };
}

/** What a middleware of the SDK has in hands, as far as we need it. */
interface Sent {
  request: {
    method: string;
    hostname: string;
    path: string;
    query: Record<string, string>;
    headers: Record<string, string>;
    body?: string;
  };
}
interface Answered {
  response: { statusCode: number; body?: unknown };
}

/**
 * Calls another service with the client of resource tagging: its credentials, signature, retries, time limits and
 * reading of errors, our request and answer. A client of its own for each of auto scaling, CloudWatch and Lambda
 * would add 120 KB to every cold start, for ten operations whose answers we keep as they are (docs/decisions/0003).
 */
export function otherService(options: ClientOptions, region: string, { host, signingName }: Service) {
  const client = new ResourceGroupsTaggingAPIClient({
    ...clientConfig(options, region, 5),
    httpAuthSchemeProvider: () => [
      {
        schemeId: 'aws.auth#sigv4',
        signingProperties: { name: signingName, region, signingName, signingRegion: region },
        propertiesExtractor: (config: object, context: object) => ({ signingProperties: { config, context } }),
      },
    ],
  });

  return async <Answer>(plain: PlainRequest): Promise<Answer> => {
    const command = new GetResourcesCommand({});
    let answer: unknown;
    command.middlewareStack.add(
      (next) => (args) => {
        rewrite((args as unknown as Sent).request, plain, host);
        return next(args);
      },
      { step: 'build', name: 'otherService', priority: 'high' },
    );
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { response } = result as unknown as Answered;
        if (response.statusCode < 300) {
          const { body } = response;
          const bytes = body instanceof Uint8Array ? body : await client.config.streamCollector(body);
          const text = client.config.utf8Encoder(bytes);
          answer = text === '' ? {} : JSON.parse(text);
          response.body = client.config.utf8Decoder('{}');
        }
        return result;
      },
      { step: 'deserialize', name: 'otherAnswer', priority: 'low' },
    );
    await client.send(command);
    return answer as Answer;
  };
}

/** The endpoint of tagging is known by its name; one that the environment names stays as it is. */
function rewrite(
  request: Sent['request'],
  { method, path, query = {}, headers, body }: PlainRequest,
  host: string,
): void {
  request.method = method;
  request.hostname = request.hostname.replace(/^tagging\./, `${host}.`);
  request.path = path;
  request.query = query;
  delete request.headers['x-amz-target'];
  request.headers['content-type'] = 'application/json';
  Object.assign(request.headers, headers);
  if (body === undefined) delete request.body;
  else request.body = JSON.stringify(body);
}
