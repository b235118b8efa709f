import { randomUUID } from 'node:crypto';
import type { World } from '../../shared/world.ts';
import { minuteMs, type Safeguard, storyWith } from './safeguards.ts';
import type { Act, Story } from './story.ts';

const withExports =
  (around: (inner: ReturnType<World['exports']>) => Partial<ReturnType<World['exports']>>) =>
  (world: World): World => ({
    ...world,
    exports: (target) => {
      const inner = world.exports(target);
      return { ...inner, ...around(inner) };
    },
  });

const of = { installation: 0 };

/** A chain of three exports of a table that changes. */
const chain: Act[] = [0, 30, 60].flatMap((minute): Act[] => [
  { do: 'fireExports', atMs: minute * minuteMs, ...of },
  { do: 'putItem', table: 'orders-0', atMs: (minute + 20) * minuteMs, ...of },
]);

const exportsWith = (seed: number, faults: Story['faults']): Story =>
  storyWith(seed, { tables: ['orders-0'], hasExports: true, faultsUntilMs: 75 * minuteMs, faults }, chain);

/** By what each is called in docs/decisions/0006-exports.md to 0008-imports.md. */
export const safeguardsOfTasks: Record<string, Safeguard> = {
  'the client token of an export': {
    leaveOut: withExports(({ start }) => ({
      start: ({ input, ...call }, notAfter) =>
        start({ ...call, input: { ...input, ClientToken: randomUUID() } }, notAfter),
    })),
    story: (seed) => exportsWith(seed, { resetApplied: 0.1, error500Applied: 0.1, frozen: 0.02 }),
  },
  'the object in the bucket before the catalog': {
    leaveOut: (world) => ({
      ...world,
      objects: (target) => {
        const inner = world.objects(target);
        return { ...inner, putOnce: async (...input) => void inner.putOnce(...input).catch(() => {}) };
      },
    }),
    story: (seed) => exportsWith(seed, { reset: 0.4, error500: 0.3, killed: 0.01 }),
  },
  'naming each setting that is not back': {
    leaveOut: (world) => ({
      ...world,
      facts: {
        ...world.facts,
        publish: (contract, facts) => {
          const silent = facts.map((fact) => ({ ...fact, ...('settingsNotPutBack' in fact && saysNothing) }));
          return world.facts.publish(contract, silent as typeof facts);
        },
      },
    }),
    story: (seed) =>
      storyWith(seed, { tables: ['orders-0'], hasSettings: true, faults: { expiredCredentials: 0.2 } }, [
        { do: 'fire', plan: 'nightly', atMs: 0, ...of },
        { do: 'restore', table: 'orders-0', target: 'orders-0-whole', wishes: {}, atMs: 18 * minuteMs, ...of },
      ]),
  },
  'the table that is meant, by its id': {
    leaveOut: (world) => ({
      ...world,
      restores: (target) => {
        const inner = world.restores(target);
        return {
          ...inner,
          start: async (...input) => {
            const made = await inner.start(...input);
            meant.set('orders-0-whole', made.tableId);
            return made;
          },
          describeTable: async (name) => {
            const found = await inner.describeTable(name);
            return found && { ...found, id: meant.get(name) ?? found.id };
          },
        };
      },
      settingsApi: (target, capability) => {
        const inner = world.settingsApi(target, capability);
        const describeTable: typeof inner.table.describeTable = async (input) => {
          const { Table, ...answer } = await inner.table.describeTable(input);
          const id = meant.get(String(input.TableName));
          return { ...answer, ...(Table && { Table: { ...Table, ...(id !== undefined && { TableId: id }) } }) };
        };
        return { ...inner, table: { ...inner.table, describeTable } };
      },
    }),
    story: (seed) =>
      storyWith(seed, { tables: ['orders-0'], hasSettings: true, faults: { throttle: 0.3 } }, [
        { do: 'fire', plan: 'nightly', atMs: 0, ...of },
        { do: 'restore', table: 'orders-0', target: 'orders-0-whole', wishes: {}, atMs: 12 * minuteMs, ...of },
        // Somebody has it deleted while its settings are put back, and makes another one of that name.
        { do: 'dropTable', table: 'orders-0-whole', atMs: 13 * minuteMs + 5000 * (seed % 20), ...of },
        { do: 'makeTable', table: 'orders-0-whole', atMs: 13 * minuteMs + 5000 * (seed % 20), ...of },
      ]),
    from: 16,
  },
};

const saysNothing = {
  settingsNotPutBack: [],
  verification: { isAsExpected: true, differences: [], settings: { expected: 0, restored: 0 } },
};

/** Ids of the tables that restores have made, by name. */
const meant = new Map<string, string>();
