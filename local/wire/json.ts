import { crc32 } from 'node:zlib';
import { AwsError, type Service, type WireAnswer } from '../service.ts';
import { decode, encode, type Protocol } from './protocol.ts';

/** JSON 1.0 and 1.1: the operation is in `X-Amz-Target`, everything else in the body. */
export const json: Protocol = {
  read(service, { headers, body }) {
    const [prefix, operation] = (headers['x-amz-target'] ?? '').split('.');
    if (prefix !== service.targetPrefix || !operation) {
      const target = headers['x-amz-target'];
      const message =
        target === undefined ? 'The request has no X-Amz-Target.' : `The local AWS has no operation ${target}.`;
      throw new AwsError('UnknownOperationException', message);
    }
    return { operation, input: readObject(body) };
  },

  answer(service, _operation, result, requestId) {
    return jsonAnswer(service, 200, requestId, result === undefined ? '{}' : JSON.stringify(result));
  },

  error(service, error, requestId) {
    const type = service.errorType?.(error.code) ?? error.code;
    const body = JSON.stringify({ __type: type, ...error.members, ...(error.message && { message: error.message }) });
    const answer = jsonAnswer(service, error.status, requestId, body);
    return { ...answer, headers: { ...answer.headers, ...service.errorHeaders?.(error) } };
  },
};

/** The members of a JSON body; an empty body has none. Throws SerializationException for what is no JSON object. */
export function readObject(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(decode(body));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'The request body is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

/** DynamoDB's answers carry a CRC-32 of the body, which some of its clients check. */
function jsonAnswer(service: Service, status: number, requestId: string, text: string): WireAnswer {
  const body = encode(text);
  const headers: Record<string, string> = {
    'content-type': `application/x-amz-${service.protocol}`,
    'content-length': String(body.length),
    'x-amzn-requestid': requestId,
  };
  if (service.name === 'dynamodb') headers['x-amz-crc32'] = String(crc32(body));
  return { status, headers, body };
}
