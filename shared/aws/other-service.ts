import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type ClientOptions, clientConfig } from './client.ts';

/** A service of which we need a handful of operations. */
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
  /** Sent as JSON, or as it is when it is a string. */
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
  response: { statusCode: number; headers?: Record<string, string>; body?: unknown };
}

/** The client of EventBridge, which every bundle has, signing for another service. */
function clientOf(options: ClientOptions, region: string, { signingName }: Service, more: object = {}) {
  return new EventBridgeClient({
    ...clientConfig(options, region, 5),
    ...more,
    httpAuthSchemeProvider: () => [
      {
        schemeId: 'aws.auth#sigv4',
        signingProperties: { name: signingName, region, signingName, signingRegion: region },
        propertiesExtractor: (config: object, context: object) => ({ signingProperties: { config, context } }),
      },
    ],
  });
}

/** Sends our request; `read` gets the answer as it comes, and says what the client is to read in its place. */
async function send(
  client: EventBridgeClient,
  plain: PlainRequest,
  host: string,
  read: (response: Answered['response']) => Promise<unknown>,
): Promise<void> {
  const command = new PutEventsCommand({ Entries: [] });
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
      response.body = await read(response);
      return result;
    },
    { step: 'deserialize', name: 'otherAnswer', priority: 'low' },
  );
  await client.send(command);
}

/**
 * Calls a service that speaks JSON with the client of EventBridge: its credentials, signature, retries, time limits and
 * reading of errors, our request and answer. A client of its own for each of tagging, KMS, SQS, auto scaling,
 * CloudWatch and Lambda would add 13 to 89 KB to every cold start, for twenty operations whose answers we keep as they
 * are (docs/decisions/0010).
 */
export function otherService(options: ClientOptions, region: string, service: Service) {
  const client = clientOf(options, region, service);
  return async <Answer>(plain: PlainRequest): Promise<Answer> => {
    let answer: unknown;
    await send(client, plain, service.host, async ({ statusCode, body }) => {
      if (statusCode >= 300) return body;
      const text = await textOf(client, body);
      answer = text === '' ? {} : JSON.parse(text);
      return client.config.utf8Decoder('{}');
    });
    return answer as Answer;
  };
}

/** The same for a service that answers with something else; `read` throws what is an error. */
export function textService<Answer>(
  options: ClientOptions,
  region: string,
  service: Service,
  read: (text: string, statusCode: number) => Answer,
) {
  const client = clientOf(options, region, service);
  return async (plain: PlainRequest): Promise<Answer> => {
    let answer: Answer | undefined;
    await send(client, plain, service.host, async ({ statusCode, body }) => {
      answer = read(await textOf(client, body), statusCode);
      return client.config.utf8Decoder('{}');
    });
    return answer as Answer;
  };
}

async function textOf({ config }: EventBridgeClient, body: unknown): Promise<string> {
  return config.utf8Encoder(body instanceof Uint8Array ? body : await config.streamCollector(body));
}

/** An answer that is not collected: its bytes come as they are asked for. */
export interface OpenAnswer {
  statusCode: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

/**
 * The same for a service whose answers are streams, and whose errors `orThrow` reads (docs/decisions/0006). It signs
 * the path as it is: S3 alone does not want it escaped twice.
 */
export function openService(
  options: ClientOptions,
  region: string,
  service: Service,
  orThrow: (answer: OpenAnswer) => Promise<void>,
) {
  const client = clientOf(options, region, service, { signingEscapePath: false });
  return async (plain: PlainRequest): Promise<OpenAnswer> => {
    let opened: OpenAnswer | undefined;
    await send(client, plain, service.host, async ({ statusCode, headers = {}, body }) => {
      opened = { statusCode, headers, body: piecesOf(body) };
      await orThrow(opened);
      return client.config.utf8Decoder('{}');
    });
    if (opened === undefined) throw new Error(`There was no answer of ${service.host}.`);
    return opened;
  };
}

/** From a socket a stream, in this process bytes. */
async function* piecesOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else if (body !== undefined) yield* body as AsyncIterable<Uint8Array>;
}

/** The endpoint of EventBridge is known by its name; one that the environment names stays as it is. */
function rewrite(
  request: Sent['request'],
  { method, path, query = {}, headers, body }: PlainRequest,
  host: string,
): void {
  request.method = method;
  request.hostname = request.hostname.replace(/^events(?=[.-])/, host);
  request.path = path;
  request.query = query;
  delete request.headers['x-amz-target'];
  request.headers['content-type'] = 'application/json';
  Object.assign(request.headers, headers);
  if (body === undefined) delete request.body;
  else request.body = typeof body === 'string' ? body : JSON.stringify(body);
}
