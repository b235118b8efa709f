import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Connection, whatWentWrong } from './connection.ts';
import { Stop } from './exit.ts';

/** The service's HTTP API, signed for this person. */
export interface Api extends Pick<Connection, 'again'> {
  get<Answer>(path: string, query?: Query): Promise<Answer>;
  post<Answer>(path: string, body?: object): Promise<Answer>;
  remove<Answer>(path: string, body?: object): Promise<Answer>;
}

type Query = Record<string, string | number | undefined>;

/** What an answer with another status than 2xx says. */
interface Refusal {
  message?: string;
  Message?: string;
  remedy?: string;
  field?: string;
  /** Of the dialects that answer with a list. */
  errors?: { message?: string; error_message?: string }[];
}

/** How long the gateway takes at most: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const timeoutMs = 31_000;

/** @throws Stop when the stack has no API. */
export async function apiOf(connection: Connection): Promise<Api> {
  const { ApiUrl: base } = await connection.outputs();
  if (base === undefined) {
    throw new Stop('failed', `The stack ${connection.stack} has no output ApiUrl; deploy this version of Tablekeep.`);
  }
  const call = async <Answer>(method: string, path: string, query: Query = {}, body?: object): Promise<Answer> => {
    const url = new URL(base.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, `${value}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = await signed(connection, method, url, text);
    const answer = await fetch(url, {
      method,
      headers,
      ...(text !== undefined && { body: text }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: Error) => {
      const why = whatWentWrong(error.cause instanceof Error ? error.cause : error);
      throw new Stop('failed', `${url.origin} did not answer: ${why}`, { cause: error });
    });
    const said: unknown = await answer.json().catch(() => ({}));
    if (answer.ok) return said as Answer;
    throw refused(answer.status, said as Refusal, `${method} ${url.pathname}`);
  };
  return {
    again: connection.again,
    get: (path, query) => call('GET', path, query),
    post: (path, body = {}) => call('POST', path, {}, body),
    remove: (path, body) => call('DELETE', path, {}, body),
  };
}

async function signed({ region, credentials }: Connection, method: string, url: URL, body: string | undefined) {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
  });
  return headers;
}

/** Node's own, in the form that the signer takes. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('A hash is used once.');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** How an answer ends the command. */
function refused(status: number, { message, Message, remedy, field, errors = [] }: Refusal, what: string): Stop {
  const listed = errors.map((error) => error.message ?? error.error_message).join(' ');
  const said = message ?? Message ?? (listed || `The service answered ${status}.`);
  const sentence = [field && `${field}:`, said, remedy !== undefined && !said.includes(remedy) && remedy]
    .filter(Boolean)
    .join(' ');
  if (status === 403) {
    const remedyOfRights = 'The managed policies of the stack say who may: attach the one that fits (see its outputs).';
    return new Stop('noRight', `You may not do this (${what}): ${sentence}. ${remedyOfRights}`, { status });
  }
  if (status === 429 || status >= 500)
    return new Stop('failed', `The service could not answer (${status}): ${sentence}`, { status });
  return new Stop('refused', sentence, { status });
}
