import { Readable } from 'node:stream';
import type { LocalAws } from './aws.ts';
import type { WireRequest } from './service.ts';

/** A request as the SDK's clients give it to their `requestHandler`. */
export interface SdkRequest {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null> | undefined;
  headers: Record<string, string>;
  body?: unknown;
}

/** What the SDK's clients expect of a `requestHandler`. */
export interface InProcess {
  handle(request: SdkRequest, options?: SdkOptions): Promise<{ response: SdkResponse }>;
}

/** What a client may ask of a single request. */
export interface SdkOptions {
  requestTimeout?: number;
  abortSignal?: { aborted: boolean; addEventListener?: (type: 'abort', listener: () => void) => void };
}

export interface InProcessOptions {
  /** By the local AWS's clock; after it the client gives up, whatever becomes of the request. Never when absent. */
  requestTimeoutMs?: number;
}

/** As `HttpResponse` of `@smithy/core`. */
export interface SdkResponse {
  statusCode: number;
  headers: Record<string, string>;
  /** Bytes are read at once, without the turns of the event loop that a stream takes; S3's objects have to be streams. */
  body: Uint8Array | Readable;
}

/** A `requestHandler` for SDK clients that reaches the local AWS without a socket: `new DynamoDBClient({ requestHandler })`. */
export function inProcess(aws: LocalAws, { requestTimeoutMs = 0 }: InProcessOptions = {}): InProcess {
  return {
    async handle(request, { requestTimeout = requestTimeoutMs, abortSignal } = {}) {
      const answered = aws.handle(toWire(request.body instanceof Readable ? await gathered(request) : request));
      const { status, headers, body } = await orGiveUp(aws, answered, requestTimeout, abortSignal);
      const isObject = request.method === 'GET' && headers['accept-ranges'] !== undefined;
      const seen = isObject ? Readable.from([body], { objectMode: false }) : body;
      return { response: { statusCode: status, headers, body: seen } };
    },
  };
}

/** The errors are those of the SDK's own handler with `throwOnRequestTimeout`. */
function orGiveUp<Answer>(
  { clock }: LocalAws,
  answered: Promise<Answer>,
  timeoutMs: number,
  signal: SdkOptions['abortSignal'],
): Promise<Answer> {
  if (timeoutMs === 0 && signal === undefined) return answered;
  return new Promise((resolve, reject) => {
    const abort = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    if (signal?.aborted) abort();
    signal?.addEventListener?.('abort', abort);
    const timeout = { name: 'TimeoutError', code: 'ETIMEDOUT' };
    const late = () => reject(Object.assign(new Error(`The request took more than ${timeoutMs} ms.`), timeout));
    const cancel = timeoutMs > 0 ? clock.at(clock.now() + timeoutMs, late) : () => {};
    answered.then(resolve, reject).finally(cancel);
  });
}

function toWire({ method, path, query, headers, body }: SdkRequest): WireRequest {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, path, query: queryString(query), headers: lower, body: bytesOf(body) };
}

function queryString(query: SdkRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => [value].flat().map((one) => [name, one ?? '']));
  return new URLSearchParams(pairs as [string, string][]).toString();
}

/** A request whose stream has been read to its end. */
async function gathered(request: SdkRequest): Promise<SdkRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request.body as Readable) chunks.push(bytesOf(chunk));
  return { ...request, body: Buffer.concat(chunks) };
}

/** The SDK's bodies are strings or some kind of `Uint8Array`. */
export function bytesOf(body: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError('The in-process transport takes strings and bytes only.');
}
