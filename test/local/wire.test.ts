import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { AwsError, type Call, RawAnswer, type Service } from '../../local/service.ts';

const now = Date.UTC(2026, 0, 31, 2);
const read = new TextDecoder();

const echo = (call: Call) => call.input;
const fail = () => {
  throw new AwsError('SomethingException', 'No.', 400, { Item: { a: 1 } });
};
const operations = { Echo: echo, Fail: fail, Raw: () => new RawAnswer(202, { 'x-own': '1' }, new Uint8Array([1, 2])) };
const expired = () => {
  throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired', 403);
};
const common = { permissions: () => [], operations: { ...operations, Expired: expired } };

const services: Service[] = [
  {
    ...common,
    name: 'dynamodb',
    protocol: 'json-1.0',
    targetPrefix: 'Db',
    errorType: (code) => `com.amazonaws#${code}`,
  },
  { ...common, name: 'events', protocol: 'json-1.1', targetPrefix: 'Ev', errorHeaders: () => ({ 'x-amzn-more': 'm' }) },
  { ...common, name: 'sns', protocol: 'query', xmlNamespace: 'http://sns/' },
  {
    ...common,
    name: 'scheduler',
    protocol: 'rest-json',
    routes: {
      'POST /echo/{Name}': 'Echo',
      'GET /echo/{Name}': 'Echo',
      'GET /tags/{Arn+}': 'Echo',
      'POST /raw': 'Raw',
      'GET /fail': 'Fail',
    },
  },
];

interface Sent {
  service: string;
  target?: string;
  method?: string;
  path?: string;
  query?: string;
  body?: string | Uint8Array;
  date?: string;
  authorization?: string;
  type?: string;
  more?: Record<string, string>;
}

async function send({ service, method = 'POST', path = '/', query = '', body = '', ...sent }: Sent) {
  const { target, date, authorization, type } = sent;
  const aws = createAws({ clock: new VirtualClock(now), services: () => services });
  const scope = `AWS4-HMAC-SHA256 Credential=AKIA1/20260131/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = {
    authorization: authorization ?? scope,
    ...(date !== undefined && { 'x-amz-date': date }),
    ...(target !== undefined && { 'x-amz-target': target }),
    ...(type !== undefined && { 'content-type': type }),
    ...sent.more,
  };
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const answer = await aws.handle({ method, path, query, headers, body: bytes });
  return { ...answer, text: read.decode(answer.body) };
}

const db = (more: Partial<Sent> = {}) => send({ service: 'dynamodb', target: 'Db.Echo', body: '{"a":1}', ...more });

test('answers carry the time by the clock, an id and their length; DynamoDB’s also their CRC-32', async () => {
  const { status, headers, text, body } = await db();
  expect([status, text]).toEqual([200, '{"a":1}']);
  expect(headers).toMatchObject({
    date: 'Sat, 31 Jan 2026 02:00:00 GMT',
    'content-type': 'application/x-amz-json-1.0',
    'content-length': '7',
    'x-amz-crc32': String(crc32(body)),
  });
  expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ['20260131T015500Z', 200],
  ['20260131T015459Z', 400],
  ['20260131T020500Z', 200],
  ['20260131T020501Z', 400],
])('a request stamped %s is answered %i at 02:00', async (date, status) => {
  expect((await db({ date })).status).toBe(status);
});

test('an old stamp is said as AWS says it', async () => {
  expect(JSON.parse((await db({ date: '20260131T014000Z' })).text)).toEqual({
    __type: 'com.amazonaws#InvalidSignatureException',
    message: 'Signature expired: 20260131T014000Z is now earlier than 20260131T015500Z (20260131T020000Z - 5 min.)',
  });
  expect((await db({ date: '20260131T022000Z' })).text).toContain(
    'Signature not yet current: 20260131T022000Z is still later than 20260131T020500Z (20260131T020000Z + 5 min.)',
  );
});

test.each([
  ['dynamodb', 'Db.Echo', 400],
  ['events', 'Ev.Echo', 400],
])('%s refuses a request without a signature', async (service, target, status) => {
  const { text, ...answer } = await send({ service, target, body: '{}', authorization: '' });
  expect(answer.status).toBe(status);
  expect(text).toContain('MissingAuthenticationTokenException');
});

test.each<[string, Sent, number, string]>([
  ['JSON', { service: 'dynamodb', target: 'Db.Nothing', body: '{}' }, 400, 'UnknownOperationException'],
  ['query', { service: 'sns', body: 'Action=Nothing' }, 400, '<Code>InvalidAction</Code>'],
  [
    'JSON, by a name that every object has',
    { service: 'dynamodb', target: 'Db.toString' },
    400,
    'no operation toString',
  ],
  [
    'AWS Query of a service that speaks JSON',
    { service: 'dynamodb', type: 'application/x-www-form-urlencoded', body: 'Action=Echo' },
    400,
    '<Code>InvalidAction</Code>',
  ],
  ['REST', { service: 'scheduler', path: '/nothing' }, 404, 'No operation answers POST /nothing.'],
  ['an unknown service', { service: 'polly', body: '{}' }, 404, 'The local AWS has no service polly.'],
])('an operation that is not there is refused: %s', async (_name, sent, status, text) => {
  const answer = await send(sent);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
});

test('a client that speaks CBOR is refused in CBOR', async () => {
  const path = '/service/Db/operation/Echo';
  const answer = await send({
    service: 'dynamodb',
    path,
    more: { 'smithy-protocol': 'rpc-v2-cbor' },
    body: '\u00bf\u00ff',
  });
  expect(answer).toMatchObject({ status: 400, headers: { 'smithy-protocol': 'rpc-v2-cbor' } });
  const sentence = 'The local AWS speaks json-1.0 with dynamodb, not CBOR.';
  const type = 'com.amazonaws#UnknownOperationException';
  const text = (value: string) => [0x79, 0, value.length, ...new TextEncoder().encode(value)];
  expect([...answer.body]).toEqual([0xa2, ...['__type', type, 'message', sentence].flatMap(text)]);
});

test('errors keep their members and the service’s own type and headers', async () => {
  expect(JSON.parse((await db({ target: 'Db.Fail' })).text)).toEqual({
    __type: 'com.amazonaws#SomethingException',
    message: 'No.',
    Item: { a: 1 },
  });
  const events = await send({ service: 'events', target: 'Ev.Fail', body: '{}' });
  expect(events.headers).toMatchObject({ 'x-amzn-more': 'm', 'content-type': 'application/x-amz-json-1.1' });
  const rest = await send({ service: 'scheduler', method: 'GET', path: '/fail' });
  expect([rest.status, rest.headers['x-amzn-errortype']]).toEqual([400, 'SomethingException']);
  const query = await send({ service: 'sns', body: 'Action=Fail' });
  expect(query.text).toMatch(
    /^<ErrorResponse xmlns="http:\/\/sns\/"><Error><Type>Sender<\/Type><Code>SomethingException</,
  );
});

test.each(['{"a":', '[1]', '"a"', 'null'])('the body %s is no JSON object', async (body) => {
  expect(JSON.parse((await db({ body })).text).__type).toBe('com.amazonaws#SerializationException');
});

test('a body that is too large is refused', async () => {
  expect((await db({ body: new Uint8Array(2 ** 20 + 1) })).status).toBe(413);
});

test('a form becomes lists, maps and nested members, in the order of their numbers', async () => {
  const form = ['Action=Echo', 'Version=1', 'A=x%20y', 'L.member.2=b', 'L.member.1=a', 'L.member.10=c'];
  const more = ['T.member.1.Key=k', 'T.member.1.Value=v', 'M.entry.1.key=k1', 'M.entry.1.value=v1', 'D.Inner.Deep=1'];
  const { text } = await send({ service: 'sns', body: [...form, ...more].join('&') });
  const result = /<EchoResult>(.*)<\/EchoResult>/.exec(text)?.[1];
  const list = '<L><member>a</member><member>b</member><member>c</member></L>';
  const tags = '<T><member><Key>k</Key><Value>v</Value></member></T>';
  expect(result).toBe(`<A>x y</A>${list}${tags}<M><k1>v1</k1></M><D><Inner><Deep>1</Deep></Inner></D>`);
  expect(text).toMatch(/<ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/EchoResponse>$/);
});

test('REST members come from path, query string and body, decoded', async () => {
  const sent = { service: 'scheduler', path: '/echo/a%2Fb', query: 'page=1&q=x%20y', body: '{"c":true}' };
  expect(JSON.parse((await send(sent)).text)).toEqual({ Name: 'a/b', page: '1', q: 'x y', c: true });
  const greedy = await send({ service: 'scheduler', method: 'GET', path: '/tags/arn:a/b/c' });
  expect(JSON.parse(greedy.text)).toEqual({ Arn: 'arn:a/b/c' });
});

test('an operation may answer with status, headers and bytes of its own', async () => {
  const { status, headers, body } = await send({ service: 'scheduler', path: '/raw' });
  expect([status, headers['x-own'], [...body]]).toEqual([202, '1', [1, 2]]);
});

test('what no service answers is said in the form that the client reads', async () => {
  const type = 'application/x-www-form-urlencoded; charset=utf-8';
  const { text } = await send({ service: 'ec2', type, body: 'Action=DescribeInstances' });
  expect(text).toContain('<Message>The local AWS has no service ec2.</Message>');
});

test('a path with a wrong escape is the client’s mistake', async () => {
  expect((await send({ service: 'scheduler', path: '/echo/%zz' })).status).toBe(400);
});

test('an ended session has the name that the protocol gives it', async () => {
  expect((await send({ service: 'sns', body: 'Action=Expired' })).text).toContain('<Code>ExpiredToken</Code>');
  expect((await db({ target: 'Db.Expired' })).text).toContain('ExpiredTokenException');
});
