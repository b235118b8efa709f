import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { LocalAws } from '../../local/aws.ts';
import type { WireRequest } from '../../local/service.ts';

/** What a request is signed with. */
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface ApiRequest {
  method?: string;
  /** Of any host: only its path counts, unless it is that of an API, `https://<id>.execute-api.<region>.…`. */
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** The administrator of the default account when absent; null sends the request unsigned. */
  credentials?: Keys | null;
  region?: string;
  service?: string;
  /** Epoch ms; now by the local AWS's clock when absent. */
  signedAt?: number;
}

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  text: string;
  bytes: Uint8Array;
  json(): Record<string, unknown>;
}

/** SHA-256 as the SDK's signer asks for it. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }

  update(chunk: Uint8Array | string): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

/** The request as it leaves a client of AWS's SDK: signed by its signer, at the local AWS's time. */
export async function signedRequest(
  { clock, core }: Pick<LocalAws, 'clock' | 'core'>,
  { method = 'GET', url, headers = {}, body = '', ...others }: ApiRequest,
): Promise<WireRequest> {
  const { host, pathname: path, search } = new URL(url);
  const own = { ...headers, host };
  const wire = { method, path, query: search.slice(1), body: Buffer.from(body) };
  const { region = core.region, service = 'execute-api', signedAt = clock.now() } = others;
  const { credentials = { accessKeyId: core.account, secretAccessKey: core.account } } = others;
  if (credentials === null) return { ...wire, headers: own };
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const { searchParams } = new URL(url);
  const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  const unsigned = { method, protocol: 'https:', hostname: host, path, query, headers: own, body };
  const signed = await signer.sign(unsigned, { signingDate: new Date(signedAt) });
  const lower = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...wire, headers: Object.fromEntries(lower) };
}

/** Sends a request as it is. */
export async function sendWire({ handle }: Pick<LocalAws, 'handle'>, request: WireRequest): Promise<ApiAnswer> {
  const { status, headers, cookies = [], body } = await handle(request);
  const text = Buffer.from(body).toString();
  return { status, headers, cookies, text, bytes: body, json: () => JSON.parse(text) };
}

/**
 * Calls a route of an HTTP API in this process, signed as AWS's own clients sign. On a virtual clock whatever the function
 * sleeps passes only while the clock runs.
 */
export async function callApi(
  aws: Pick<LocalAws, 'handle' | 'clock' | 'core'>,
  request: ApiRequest,
): Promise<ApiAnswer> {
  return sendWire(aws, await signedRequest(aws, request));
}
