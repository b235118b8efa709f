import { describe, expect, test } from 'vitest';
import { list, readYamlTemplate, type Statement } from '../../deploy/template.ts';
import type { Rights } from '../../shared/api/route.ts';
import { routes } from '../../shared/api/routes.ts';

interface Document {
  Statement: Statement[];
}

const template = readYamlTemplate(new URL('../../deploy/api.yml', import.meta.url));

/** `GET/*` and so on, of a policy. */
function patternsOf(name: string): string[] {
  const { PolicyDocument } = (template.Resources[name]?.Properties ?? {}) as { PolicyDocument?: Document };
  return (PolicyDocument?.Statement ?? [])
    .flatMap(({ Resource }) => list(Resource as { 'Fn::Sub': string }))
    .map((resource) => resource['Fn::Sub'].split('/$default/')[1] ?? '');
}

const policies: Record<Rights, string[]> = {
  read: patternsOf('ApiReadPolicy'),
  operate: patternsOf('ApiOperatePolicy'),
  administer: patternsOf('ApiAdministerPolicy'),
};

/** As IAM does it: a star is any number of any signs, slashes too; a question mark is one. */
const fits = (pattern: string, call: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.$]/g, '\\$&').replaceAll('?', '.'))
      .join('.*')}$`,
  ).test(call);

const examples: Record<string, string> = { stamp: '20260131T020000Z', account: '123456789012', region: 'us-east-1' };
const uuid = '497f6eca-6276-8993-bfeb-53cbbbba6f08';
const callOf = ({ method, path }: (typeof routes)[number]) =>
  `${method}${path.replaceAll(/:(\w+)/g, (_, name: string) => examples[name] ?? uuid)}`;

describe('each route', () => {
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s is allowed by the policy of its right and by no other',
    (_, route) => {
      const allowing = Object.entries(policies)
        .filter(([, patterns]) => patterns.some((pattern) => fits(pattern, callOf(route))))
        .map(([right]) => right);
      expect(allowing).toEqual([route.rights]);
    },
  );
});

test('no policy allows a path that is cut short, at an encoded question mark, to a route of another right', () => {
  const evading = routes.flatMap((route) =>
    Object.entries(policies)
      .filter(([right]) => right !== route.rights)
      .flatMap(([, patterns]) => patterns)
      .filter((pattern) => fits(pattern, `${callOf(route)}%3F/${pattern.split('/').at(-1)}`)),
  );
  expect(evading).toEqual([]);
});

test('no policy allows what no route has', () => {
  const spare = Object.values(policies)
    .flat()
    .filter((pattern) => !routes.some((route) => fits(pattern, callOf(route))));
  expect(spare).toEqual([]);
});

test('reading is GET, and everything else is not', () => {
  for (const { method, rights } of routes) expect(rights === 'read').toBe(method === 'GET');
});
