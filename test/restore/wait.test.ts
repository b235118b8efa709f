import { afterEach, expect, test } from 'vitest';
import { type RestoreHere, reason, restoreHere } from './here.ts';
import { withItems } from './tables.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

const minuteMs = 60_000;

/** A restore that AWS takes so long for, asked for by event: the seconds until it is told, and how often AWS was asked. */
async function restored(restoreMs: number) {
  here = await restoreHere({ dynamodb: { restoreMs: () => restoreMs, restoreHiddenMs: () => 0 } });
  await withItems(here, 'orders', 1);
  const backupArn = await here.backUp('orders');
  here.calls.length = 0;
  here.send({ source: { backupArn }, target: { tableName: 'copy' }, reason });
  await here.untilEnded();
  const [completed] = here.factsOf('Restore Completed');
  const looks = here.calls.filter((operation) => operation === 'DescribeTable').length;
  return { seconds: Number(completed?.detail.secondsUntilActive), looks };
}

test.each([
  ['of 10 s', 10_000, 15],
  ['of 40 s', 40_000, 55],
  ['of 3 minutes', 3 * minuteMs, 270],
  ['of an hour', 60 * minuteMs, 3690],
])('a restore %s that was asked for by event is noticed soon after its end', async (_, restoreMs, latest) => {
  const { seconds } = await restored(restoreMs);
  expect(seconds).toBeGreaterThanOrEqual(restoreMs / 1000);
  expect(seconds).toBeLessThanOrEqual(latest);
});

test('AWS is asked about a long restore once a minute, not more', async () => {
  const { looks } = await restored(120 * minuteMs);
  expect(looks).toBeGreaterThan(100);
  expect(looks).toBeLessThan(120 + 25);
});

test('what fails at a comparison for a reason of our own is thrown, not waited for', async () => {
  let failures = 0;
  here = await restoreHere({
    around: (world) => ({
      ...world,
      settingsApi(...of) {
        const api = world.settingsApi(...of);
        const listTags: typeof api.table.listTags = (input) => {
          if (input.ResourceArn?.endsWith('/copy') && failures++ === 0) throw new TypeError('a mistake of ours');
          return api.table.listTags(input);
        };
        return { ...api, table: { ...api.table, listTags } };
      },
    }),
  });
  await withItems(here, 'orders', 1);
  const backupArn = await here.backUp('orders');
  here.send({ source: { backupArn }, target: { tableName: 'copy' }, reason });
  await here.untilEnded();
  expect(here.thrown.map(String)).toEqual(['TypeError: a mistake of ours']);
  expect(here.factsOf('Restore Completed')[0]?.detail.verification).toMatchObject({ differences: [] });
});
