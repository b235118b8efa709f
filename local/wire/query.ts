import { AwsError, type Service, type WireAnswer } from '../service.ts';
import { decode, encode, type Protocol } from './protocol.ts';

/** AWS Query: a form with `Action`, answered in XML. All values of the input are strings. */
export const query: Protocol = {
  read(_service, request) {
    const form = new URLSearchParams(request.method === 'GET' ? request.query : decode(request.body));
    const operation = form.get('Action');
    if (!operation) throw new AwsError('MissingAction', 'The request must contain the parameter Action.');
    form.delete('Action');
    form.delete('Version');
    return { operation, input: nest(form) };
  },

  answer(service, operation, result, requestId) {
    const inner = element(`${operation}Result`, result ?? {});
    const metadata = element('ResponseMetadata', { RequestId: requestId });
    return xmlAnswer(
      200,
      requestId,
      `<${operation}Response${namespace(service)}>${inner}${metadata}</${operation}Response>`,
    );
  },

  error(service, error, requestId) {
    const type = error.status < 500 ? 'Sender' : 'Receiver';
    const code = error.code === 'ExpiredTokenException' ? 'ExpiredToken' : error.code;
    const inner = element('Error', { Type: type, Code: code, Message: error.message, ...error.members });
    const id = element('RequestId', requestId);
    return xmlAnswer(error.status, requestId, `<ErrorResponse${namespace(service)}>${inner}${id}</ErrorResponse>`);
  },
};

const namespace = (service: Service): string => (service.xmlNamespace ? ` xmlns="${service.xmlNamespace}"` : '');

interface Branch {
  [piece: string]: Branch | string;
}

/** `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`, `Attributes.entry.1.key=a&….value=b` `{ Attributes: { a: 'b' } }`. */
function nest(form: URLSearchParams): Record<string, unknown> {
  const root: Branch = Object.create(null);
  for (const [name, value] of form) {
    const pieces = name.split('.');
    let branch = root;
    for (const piece of pieces.slice(0, -1)) {
      const known = branch[piece];
      const next: Branch = typeof known === 'object' ? known : Object.create(null);
      branch[piece] = next;
      branch = next;
    }
    branch[pieces.at(-1) as string] = value;
  }
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, fold(value)]));
}

function fold(value: Branch | string): unknown {
  if (typeof value === 'string') return value;
  if (typeof value.member === 'object') return inOrder(value.member).map(fold);
  if (typeof value.entry === 'object') {
    const entries = inOrder(value.entry).map((entry) => fold(entry) as Record<string, unknown>);
    return Object.fromEntries(entries.map((entry) => [entry.key ?? entry.Name, entry.value ?? entry.Value]));
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fold(inner)]));
}

const inOrder = (numbered: Branch): (Branch | string)[] =>
  Object.entries(numbered)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => value);

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };

const escaped = (value: string): string => value.replace(/[&<>"\r]/g, (mark) => marks[mark] as string);

function element(name: string, value: unknown): string {
  return value === undefined ? '' : `<${name}>${content(value)}</${name}>`;
}

/** Lists are `member` elements and maps (`Map`) `entry` elements. */
function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => element('member', one)).join('');
  if (value instanceof Map) {
    return [...value].map(([key, one]) => element('entry', { key, value: one })).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, one]) => element(name, one))
      .join('');
  }
  return escaped(String(value));
}

function xmlAnswer(status: number, requestId: string, text: string): WireAnswer {
  const body = encode(text);
  return {
    status,
    headers: { 'content-type': 'text/xml', 'content-length': String(body.length), 'x-amzn-requestid': requestId },
    body,
  };
}
