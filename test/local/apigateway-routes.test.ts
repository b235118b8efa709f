import { expect, test } from 'vitest';
import { findRoute, isRouteKey } from '../../local/apigateway/routes.ts';

const pets = ['$default', 'ANY /{proxy+}', 'GET /pets/{proxy+}', 'GET /pets/dog/{id}', 'GET /pets/dog/1'];
const found = (keys: string[], asked: string) => {
  const [method = '', path = ''] = asked.split(' ');
  const routes = keys.map((routeKey) => ({ routeKey }));
  const match = findRoute(routes, method, path);
  return match && [match.route.routeKey, match.pathParameters];
};

test.each([
  ['GET /pets/dog/1', 'GET /pets/dog/1', undefined],
  ['GET /pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
  ['GET /pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
  ['POST /test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
  ['POST /pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
  ['GET /', '$default', undefined],
])('with the routes of AWS’s own example %s takes %s', (asked, key, parameters) => {
  expect(found(pets, asked)).toEqual([key, parameters]);
  expect(found([...pets].reverse(), asked)).toEqual([key, parameters]);
});

test.each([
  ['GET /plans/nightly', ['GET /plans/{id}', 'ANY /plans/nightly'], 'ANY /plans/nightly', 'text before a variable'],
  ['GET /plans', ['ANY /plans', 'GET /plans'], 'GET /plans', 'a method before any'],
  ['GET /a/b/c', ['GET /a/{rest+}', 'GET /{x}/b/c'], 'GET /{x}/b/c', 'a whole match before a greedy one'],
  ['GET /a/b/c', ['GET /{all+}', 'GET /a/{rest+}'], 'GET /a/{rest+}', 'the longer text before a greedy variable'],
])('%s among %j takes %s: %s', (asked, keys, key) => {
  expect(found(keys, asked)?.[0]).toBe(key);
  expect(found([...keys].reverse(), asked)?.[0]).toBe(key);
});

test.each(['POST /plans', 'GET /plans/', 'GET /plans/x/y', 'GET /', 'GET /files/', 'get /plans'])(
  'without a route that fits, none is found: %s',
  (asked) => {
    expect(found(['GET /plans', 'GET /plans/{id}', 'GET /files/{proxy+}'], asked)).toBeUndefined();
  },
);

test.each(['GET plans', 'FETCH /plans', 'GET /{all+}/more', 'GET /a{b}', '/plans', ''])(
  '%s is no key of a route',
  (key) => {
    expect(isRouteKey(key)).toBe(false);
  },
);
