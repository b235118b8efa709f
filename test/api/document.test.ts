import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { openApi } from '../../deploy/api/document.ts';
import { examples } from '../../deploy/api/examples.ts';
import { outdated } from '../../deploy/openapi.ts';
import { routes } from '../../shared/api/routes.ts';
import { errorShapes } from '../../shared/api/shapes.ts';

const document = openApi() as {
  openapi: string;
  paths: Record<
    string,
    Record<string, { operationId: string; responses: Record<string, object>; parameters?: { name: string }[] }>
  >;
  components: { schemas: Record<string, object> };
};

test('docs/openapi.json and docs/api.md are what the contracts say now', () => {
  expect(outdated()).toEqual([]);
});

describe('the document', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

  test('is of OpenAPI 3.1, names each operation once, and has all routes', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(routes.length);
  });

  test('declares each variable of a path, and no other', () => {
    for (const { path, parameters = [] } of operations) {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (parameters as { name: string; in: string }[])
        .filter((one) => one.in === 'path')
        .map(({ name }) => name);
      expect(declared.toSorted()).toEqual(variables.toSorted());
    }
  });

  test('says of each operation what comes of bad input, of no right, and of trouble', () => {
    for (const { responses } of operations) {
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '403', '429', '500', '503']));
    }
  });

  test('points to nothing that is not there', () => {
    const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, pointer = '']) => pointer);
    for (const pointer of new Set(pointers)) {
      const found = pointer
        .split('/')
        .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
      expect(found, pointer).toBeDefined();
    }
  });
});

describe('an example', () => {
  test.each(Object.keys(examples))('of %s is what its contract says', (id) => {
    const route = routes.find((one) => one.id === id);
    const { request, response, failures = {} } = examples[id] ?? {};
    if (request !== undefined && route?.body) z.parse(route.body, request);
    if (response !== undefined && route?.success.body) z.parse(route.success.body, response);
    for (const body of Object.values(failures)) z.parse(errorShapes[route?.dialect ?? 'own'], body);
    expect(route).toBeDefined();
  });
});
