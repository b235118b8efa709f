import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import type { WireAnswer } from '../service.ts';

/** What the gateway says by itself: `{"message":"Not Found"}`, with the status's own words, which for 413 are the older ones. */
export function gatewayAnswer(status: number): WireAnswer {
  const message = status === 413 ? 'Request Entity Too Large' : (STATUS_CODES[status] ?? '');
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { 'content-type': 'application/json', 'content-length': String(body.length) }, body };
}

interface Response {
  statusCode: unknown;
  headers?: unknown;
  cookies?: unknown;
  body?: unknown;
  isBase64Encoded?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The gateway's own. */
const withheld = new Set('connection content-length date keep-alive te trailer transfer-encoding upgrade'.split(' '));

/** Lower-case; throws for what cannot be a header. */
function headersIn(given: unknown): Record<string, string> {
  if (given === undefined || given === null) return {};
  if (!isObject(given)) throw new TypeError('headers are no object');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) throw new TypeError(`${name} has no value`);
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
    if (!withheld.has(name.toLowerCase())) headers[name.toLowerCase()] = String(value);
  }
  return headers;
}

function cookiesIn(given: unknown): string[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw new TypeError('cookies are no list');
  for (const cookie of given) validateHeaderValue('set-cookie', cookie);
  return given.map(String);
}

function bodyIn({ body, isBase64Encoded }: Response): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') throw new TypeError('body is no text');
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
}

function structured(response: Response): WireAnswer {
  const { statusCode } = response;
  if (!Number.isInteger(statusCode) || (statusCode as number) < 200 || (statusCode as number) > 599) {
    throw new TypeError('statusCode is no status');
  }
  const body = bodyIn(response);
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...headersIn(response.headers) };
  const cookies = cookiesIn(response.cookies);
  const length = { 'content-length': String(body.length) };
  return {
    status: statusCode as number,
    headers: { ...headers, ...length },
    body,
    ...(cookies.length > 0 && { cookies }),
  };
}

/**
 * The answer that a function's result means. An object with a `statusCode` is an answer, or, if anything in it cannot be,
 * 500; everything else is the body of a 200. That last rule and text/plain where no type is given were seen at AWS:
 * https://github.com/aws/aws-lambda-dotnet/blob/master/Tools/LambdaTestTool-v2/src/Amazon.Lambda.TestTool/Extensions/InvokeResponseExtensions.cs
 */
export function answerOf(payload: Uint8Array): WireAnswer {
  const result: unknown = JSON.parse(new TextDecoder().decode(payload));
  if (!isObject(result) || result.statusCode === undefined) {
    const body = Buffer.from(typeof result === 'string' ? result : payload);
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
      body,
    };
  }
  try {
    return structured(result as unknown as Response);
  } catch {
    return gatewayAnswer(500);
  }
}
