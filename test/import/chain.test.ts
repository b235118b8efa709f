import { afterEach, expect, test } from 'vitest';
import type { S3Service } from '../../local/s3/s3.ts';
import type { Answer } from '../../shared/import/ask.ts';
import { importTable } from '../../shared/import/trigger.ts';
import { type ChainsHere, chainsHere, dayMs, hourMs, minuteMs } from '../export/chain-here.ts';

let here: ChainsHere;
afterEach(() => here.close());

const importer = () => 'arn:aws:iam::123456789012:root';

function invoke(received: object): Promise<Answer> {
  const invocation = { id: `import-${here.clock.now()}`, endsAt: here.clock.now() + 900_000 };
  return here.done(importTable({ ...here.world1, importer })(received as never, invocation)) as Promise<Answer>;
}

/** Asks, and looks every minute as the heartbeat would, until it has ended. */
async function imported(source: object, target: object = {}): Promise<Record<string, unknown>> {
  here.isUp = false;
  const detail = {
    source: { bucket: 'archive', ...source },
    target: { tableName: 'orders-again', ...target },
    reason: 'a test',
  };
  const { task, failed } = await invoke({ type: 'bare', detail });
  if (failed !== undefined) return { failed };
  for (let minute = 0; minute < 60; minute++) {
    const [ended] = here.facts.filter(({ type }) => /^Import (Completed|Failed)$/.test(type));
    if (ended !== undefined) return ended.detail;
    await here.pass(minuteMs);
    await invoke({ type: 'Work Due', detail: { work: 'task', key: `task#${task}|task` }, envelope: {} });
  }
  return {};
}

/** The folder of the chain that the plan has made, and its objects. */
function chain(): { folder: string; keys: string[] } {
  const keys = here.links().map(({ key }) => key);
  return { folder: keys[0]?.replace(/\/0\.json$/, '') ?? '', keys };
}

async function makeChain(): Promise<void> {
  here = await chainsHere({ dynamodb: { exportMs: () => 120_000, importMs: () => minuteMs } });
  await here.table('orders');
  await here.put('orders', 'a', 1);
  await here.put('orders', 'b', 1);
  await here.passFiring(hourMs + 20 * minuteMs);
  await here.put('orders', 'b', 2);
  await here.remove('orders', 'a');
  await here.passFiring(hourMs);
  await here.put('orders', 'b', 3);
  await here.put('orders', 'c', 1);
  await here.passFiring(hourMs);
}

test('a chain that a plan has made becomes the table as it was at its end, though the table is gone', async () => {
  await makeChain();
  const then = await here.items('orders');
  await here.done(here.call('DeleteTable', { TableName: 'orders' }));
  await here.pass(minuteMs);
  expect(await imported({ export: chain().folder })).toMatchObject({
    windows: 2,
    itemsExpected: 2,
    isAsExpected: true,
  });
  expect(await here.items('orders-again')).toEqual(then);
});

test('and up to an instant, without the windows that end later', async () => {
  await makeChain();
  const [, first] = here.links();
  expect(await imported({ export: chain().folder, until: first?.link.until })).toMatchObject({ windows: 1, items: 1 });
  expect([...(await here.items('orders-again')).keys()]).toEqual(['b']);
});

test('an object that is missing is a gap, and nothing is begun', async () => {
  await makeChain();
  const { folder, keys } = chain();
  (here.aws.service('s3') as S3Service).bucket('archive')?.objects.delete(keys[1] ?? '');
  const { failed } = await imported({ export: folder });
  expect(failed).toContain(`There is a gap: ${folder}/1.json is missing, and ${folder}/2.json is there.`);
});

test('a chain of days is brought back window by window', async () => {
  here = await chainsHere({ dynamodb: { exportMs: () => 120_000, importMs: () => minuteMs } });
  await here.table('orders');
  await here.put('orders', 'a', 0);
  await here.passFiring(hourMs + 30 * minuteMs);
  here.isUp = false;
  for (let day = 1; day <= 5; day++) {
    await here.pass(dayMs);
    await here.put('orders', 'a', day);
    await here.put('orders', `day-${day}`, day);
  }
  here.isUp = true;
  await here.passFiring(2 * hourMs);
  expect(await imported({ export: chain().folder })).toMatchObject({ items: 6, isAsExpected: true });
  expect(await here.items('orders-again')).toEqual(await here.items('orders'));
});
