import * as z from 'zod/mini';
import { mistakesOfNames } from '../task/read-request.ts';
import { wrong } from './failure.ts';

/**
 * What API Gateway gives to a function, payload format 2.0, as far as it is read.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const payload = z.object({
  rawPath: z.string(),
  rawQueryString: z._default(z.string(), ''),
  headers: z._default(z.record(z.string(), z.string()), {}),
  body: z.optional(z.string()),
  isBase64Encoded: z._default(z.boolean(), false),
  requestContext: z.object({
    requestId: z.string(),
    http: z.object({ method: z.string() }),
    authorizer: z.optional(z.object({ iam: z.optional(z.object({ userArn: z.string() })) })),
  }),
});

/** A request as the gateway hands it over. */
export interface HttpRequest {
  method: string;
  /** Decoded. */
  path: string;
  query: URLSearchParams;
  search: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string | undefined;
  /** The gateway's, for every answer. */
  id: string;
  /** Undefined where the gateway did not ask for a signature: nothing is answered then. */
  caller: string | undefined;
}

export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** Reads the gateway's payload; throws when something else invokes the function. */
export function readPayload(event: unknown): HttpRequest {
  const { rawPath, rawQueryString, headers, body, isBase64Encoded, requestContext } = z.parse(payload, event);
  return {
    method: requestContext.http.method.toUpperCase(),
    path: rawPath,
    query: new URLSearchParams(rawQueryString),
    search: rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: body !== undefined && isBase64Encoded ? Buffer.from(body, 'base64').toString() : body,
    id: requestContext.requestId,
    caller: requestContext.authorizer?.iam?.userArn,
  };
}

/**
 * IAM has judged the path as it was sent, so it must mean nothing else here: no `.` or `..`, nothing empty, and none of
 * the characters that are encoded, of which no id or name of ours has any.
 */
export function isPlain(path: string): boolean {
  return path
    .split('/')
    .slice(1)
    .every((segment) => /^[\w.~:-]+$/.test(segment) && segment !== '.' && segment !== '..');
}

/** An entry of PutEvents takes 256 KB and more; nothing that the API takes comes near. */
const mostBodyBytes = 100_000;

/** The body as JSON; undefined when there is none. */
export function readJson({ body, headers }: Pick<HttpRequest, 'body' | 'headers'>): unknown {
  if (body === undefined || body === '') return undefined;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'application/json';
  if (type !== 'application/json') {
    throw wrong([
      {
        field: 'content-type',
        problem: `The body is said to be ${type.slice(0, 100)}.`,
        remedy: 'Send JSON, and content-type: application/json.',
      },
    ]);
  }
  if (Buffer.byteLength(body) > mostBodyBytes) {
    throw wrong([
      { field: '(all)', problem: `The body has more than ${mostBodyBytes} bytes.`, remedy: 'Ask for less at once.' },
    ]);
  }
  const value = parsed(body);
  if (!isShallow(value)) {
    const problem = `Lists and objects are more than ${mostLevels} deep in each other.`;
    throw wrong([{ field: '(all)', problem, remedy: 'Send a simpler object.' }]);
  }
  const names = mistakesOfNames(value);
  if (names.length > 0) throw wrong(names);
  if (halfCharacter.test(JSON.stringify(value))) {
    const problem = 'A text ends in the middle of a character (a lone surrogate).';
    throw wrong([{ field: '(all)', problem, remedy: 'Send whole characters.' }]);
  }
  return value;
}

/** JSON may have halves of characters, UTF-8 has none: JSON.stringify escapes them and nothing else of that range. */
const halfCharacter = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw wrong([{ field: '(all)', problem: 'The body is not JSON.', remedy: 'Send a JSON object.' }]);
  }
}

/** DynamoDB takes 32 levels in an attribute; what goes through a value level by level must come to an end. */
const mostLevels = 50;

function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= mostLevels && level.length > 0; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return level.length === 0;
}
