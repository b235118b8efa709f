import { expect, test } from 'vitest';
import type { World } from '../../shared/world.ts';
import { type Around, withCatalog, withDynamodb } from './safeguards.ts';
import { simulate } from './simulation.ts';
import { storyOf } from './story.ts';

const refused = (name: string, httpStatusCode = 400) =>
  Object.assign(new Error('No.'), { name, $metadata: { httpStatusCode } });

const withRestores =
  (around: Around<ReturnType<World['restores']>>) =>
  (world: World): World => ({
    ...world,
    restores: (target) => {
      const inner = world.restores(target);
      return { ...inner, ...around(inner) };
    },
  });

/** Another name whenever it is tried. */
const otherNames = () => {
  let tries = 0;
  return withDynamodb(({ createBackup }) => ({
    createBackup: (table, name, notAfter) => createBackup(table, `${name.slice(0, -4)}${1000 + tries++}`, notAfter),
  }));
};

/** Services that do nothing wrong, because they do nothing: in the story of a seed, by the rule that is meant. */
test.each<[string, number, (world: World) => World, RegExp]>([
  [
    'asks for no backup and waits for the deadline',
    9,
    withDynamodb(() => ({ createBackup: () => Promise.reject(refused('InternalServerError', 500)) })),
    /^nothing fails at a deadline/,
  ],
  [
    'begins no run',
    18,
    (world) => ({ ...world, plans: new Map() }),
    /^where nothing goes wrong, every firing is a run/,
  ],
  [
    'selects no table',
    2,
    withDynamodb(() => ({ listTables: async () => ({ names: [] }) })),
    /^each run that completes has every table/,
  ],
  [
    'deletes nothing',
    13,
    withCatalog(({ update }) => ({
      update: async (key, change) =>
        ':deleting' in (change.values ?? {}) ? { done: false, found: undefined } : update(key, change),
    })),
    /^once AWS makes no more trouble, what has expired/,
  ],
  ['makes a backup under another name each time', 5, otherNames(), /have one name/],
  [
    'captures no settings',
    165,
    ({ options: { settingsEveryMs: _, ...options }, ...world }) => ({ ...world, options }),
    /a table that was backed up has its settings captured/,
  ],
  [
    'refuses every restore',
    19,
    withRestores(() => ({ start: () => Promise.reject(refused('ValidationException')) })),
    /^a restore fails only when/,
  ],
])('a service that %s breaks a rule, and in the same story not when it works', async (_, seed, around, rule) => {
  const { faults, ...story } = storyOf(seed);
  const told = { ...story, faults: story.hasSettings ? {} : faults };
  expect((await simulate(told, { around })).violation?.rule).toMatch(rule);
  expect((await simulate(told)).violation).toBeUndefined();
});
