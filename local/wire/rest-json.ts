import { AwsError, RawAnswer, type RestParts, type Service, type WireAnswer } from '../service.ts';
import { readObject } from './json.ts';
import { encode, type Protocol, segments } from './protocol.ts';

/** REST-JSON: method and path say the operation; members are in path, query string, headers and body. */
export const restJson: Protocol = {
  read(service, { method, path, query, headers, body }) {
    const route = findRoute(service, method, path);
    if (route === undefined) {
      throw new AwsError('UnknownOperationException', `No operation answers ${method} ${path}.`, 404);
    }
    const parts = { path: route.path, query: Object.fromEntries(new URLSearchParams(query)), headers, body };
    return { operation: route.operation, input: service.bind?.(route.operation, parts) ?? bindByName(parts) };
  },

  answer(_service, _operation, result, requestId) {
    if (result instanceof RawAnswer) {
      const { status, headers, body } = result;
      return {
        status,
        headers: { 'content-length': String(body.length), 'x-amzn-requestid': requestId, ...headers },
        body,
      };
    }
    return restAnswer(200, requestId, result === undefined ? '{}' : JSON.stringify(result));
  },

  error(service, error, requestId) {
    const answer = restAnswer(
      error.status,
      requestId,
      JSON.stringify({ ...error.members, Message: error.message, message: error.message }),
    );
    const own = service.errorHeaders?.(error);
    return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': error.code, ...own } };
  },
};

/** Every member under its own name. */
export const bindByName = ({ path, query, body }: RestParts): Record<string, unknown> => ({
  ...readObject(body),
  ...query,
  ...path,
});

function findRoute(service: Service, method: string, path: string) {
  const asked = segments(path);
  for (const [route, operation] of Object.entries(service.routes ?? {})) {
    const [routeMethod, template = ''] = route.split(' ');
    const found = routeMethod === method ? matchPath(segments(template), asked) : undefined;
    if (found !== undefined) return { operation, path: found };
  }
  return undefined;
}

/** `{Name}` takes one piece of the path, a last `{Name+}` all that are left. */
function matchPath(template: string[], asked: string[]): Record<string, string> | undefined {
  const members: Record<string, string> = {};
  for (const [index, piece] of template.entries()) {
    const label = /^\{(\w+)(\+?)\}$/.exec(piece);
    const value = asked[index];
    if (value === undefined || (label === null && piece !== value)) return undefined;
    if (label?.[2]) return { ...members, [label[1] as string]: asked.slice(index).join('/') };
    if (label !== null) members[label[1] as string] = value;
  }
  return asked.length === template.length ? members : undefined;
}

function restAnswer(status: number, requestId: string, text: string): WireAnswer {
  const body = encode(text);
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(body.length),
      'x-amzn-requestid': requestId,
    },
    body,
  };
}
