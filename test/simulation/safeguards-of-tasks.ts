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
};
