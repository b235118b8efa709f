import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Contract } from '../../events/contract.ts';
import { contracts } from '../../events/contracts.ts';
import type { Route } from '../../shared/api/route.ts';
import { routes } from '../../shared/api/routes.ts';
import { loaded } from './bundled.ts';

const examples = new URL('../../events/examples/', import.meta.url);
const details = readdirSync(examples).flatMap((file) => {
  const { 'detail-type': type, detail } = JSON.parse(readFileSync(new URL(file, examples), 'utf8'));
  return detail === undefined ? [] : [{ type, detail } as { type: string; detail: Record<string, unknown> }];
});

/** What it is, what is missing, what is too much, and what is something else. */
const variantsOf = (detail: Record<string, unknown>): unknown[] => [
  detail,
  { ...detail, another: 1 },
  ...Object.keys(detail).flatMap((name) => [
    Object.fromEntries(Object.entries(detail).filter(([other]) => other !== name)),
    { ...detail, [name]: 'something else' },
    { ...detail, [name]: -1 },
    { ...detail, [name]: '' },
  ]),
];

const oddities = [0, 1, 7, 20_000, -1, 1.5, 'x', '', true, null, [], {}];

/** For each member one after the other; of a body in several forms, and beside these, what stands in examples. */
function valuesFor(schema: z.ZodMiniType | undefined): unknown[] {
  const { shape = {} } = (schema?._zod.def ?? {}) as { shape?: object };
  const members = Object.keys(shape).flatMap((name) => oddities.map((value) => ({ [name]: value })));
  return [{}, { another: 1 }, ...members, ...details.map(({ detail }) => detail)];
}

/** What reading comes to, with the words of each mistake that are ours. */
function read(schema: z.ZodMiniType | undefined, value: unknown): unknown {
  const { success, data, error } = z.safeParse(schema ?? z.never(), value);
  const said = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return success ? data : said;
}

test('a bundle reads events as their contracts say', async () => {
  const source = `export * from '../../events/contracts.ts'; export { receive } from '../../shared/door.ts';`;
  const bundled = await loaded<{ contracts: Contract<unknown>[] }>(source);
  const typesOf = (all: Contract<unknown>[]) => all.map(({ type }) => type).sort();
  expect(typesOf(bundled.contracts)).toEqual(typesOf(contracts));
  const detailOf = (all: Contract<unknown>[], wanted: string) => all.find(({ type }) => type === wanted)?.detail;
  for (const { type, detail } of details) {
    for (const value of variantsOf(detail)) {
      const expected = read(detailOf(contracts, type), value);
      expect(read(detailOf(bundled.contracts, type), value), type).toEqual(expected);
    }
  }
});

test('a bundle reads requests as their routes say, and answers with their status', async () => {
  const bundled = await loaded<{ routes: Route[] }>(`export * from '../../shared/api/routes.ts'`);
  expect(bundled.routes).toHaveLength(routes.length);
  for (const [index, { id, method, path, dialect, success, ...route }] of routes.entries()) {
    const inBundle = bundled.routes[index];
    const { status, mediaType } = success;
    expect(inBundle).toMatchObject({ method, path, dialect, success: { status, ...(mediaType && { mediaType }) } });
    for (const part of ['params', 'query', 'body'] as const) {
      for (const value of valuesFor(route[part])) {
        const expected = read(route[part], value);
        expect(read(inBundle?.[part], value), `${id} ${part}`).toEqual(expected);
      }
    }
  }
});
