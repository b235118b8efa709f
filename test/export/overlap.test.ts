import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ExportHere, exportHere, request } from './here.ts';

const minute = 60_000;
let here: ExportHere;
let start: number;
beforeEach(async () => {
  here = await exportHere();
  start = here.clock.now();
  await here.pass(3 * 60 * minute);
});
afterEach(() => here.close());

const at = (minutes: number) => new Date(Math.floor(start / 1000) * 1000 + minutes * minute).toISOString();
/** A window in minutes after the table was there. */
const window = (from: number, until: number, more: object = {}) => ({
  ...request,
  type: 'incremental',
  window: { from: at(from), until: at(until) },
  ...more,
});
const made = () => here.calls.filter((name) => name === 'ExportTableToPointInTime').length;

describe('a window that overlaps another one of the same table, folder and content', () => {
  test.each([
    ['begins in it', 40, 80],
    ['ends in it', 10, 31],
    ['is within it', 35, 55],
    ['has it within', 20, 70],
    ['is the same', 30, 60],
    ['is the same, and names the view that is the default', 30, 60, { view: 'NEW_AND_OLD_IMAGES' }],
  ])('is refused when it %s: the other is named, and what would join', async (_, from, until, more: object = {}) => {
    const first = await here.ask(window(30, 60, { requestId: 'first' }));
    const { mistakes } = await here.ask(window(from, until, more));
    expect(mistakes).toEqual([
      {
        field: 'window',
        problem: `It overlaps another export of the same: ${first.task} (request first) is writing ${at(30)} to ${at(60)} to s3://archive/daily/orders/AWSDynamoDB/.`,
        remedy: `Begin at ${at(60)}, or end at ${at(30)}; to have the same changes twice, give another destination.prefix.`,
      },
    ]);
    expect(made()).toBe(1);
    await here.untilEnded(2);
    expect((await here.ask(window(from, until))).mistakes).toMatchObject([
      { problem: expect.stringContaining(`(request first) has written`) },
    ]);
  });

  test('is refused by a dry run, too, which takes nothing', async () => {
    await here.ask(window(30, 60, { dryRun: true }));
    expect((await here.ask(window(40, 70))).mistakes).toBeUndefined();
    expect((await here.ask(window(30, 60, { dryRun: true }))).mistakes).toMatchObject([{ field: 'window' }]);
  });

  test('is one of two that come together: one goes on, and the other says so', async () => {
    here.close();
    here = await exportHere({ latencyMs: 50 });
    await here.pass(60 * minute);
    here.send(window(10, 40, { requestId: 'a' }), 'event-1');
    here.send(window(30, 60, { requestId: 'b' }), 'event-2');
    await here.untilEnded(2);
    expect(here.thrown).toEqual([]);
    expect(here.factsOf('Export Completed')).toHaveLength(1);
    expect(here.factsOf('Export Failed')).toMatchObject([
      { detail: { mistakes: [{ field: 'window' }], leftBehind: '' } },
    ]);
    expect(made()).toBe(1);
  });
});

describe('goes on:', () => {
  const both = async (first: object, second: object) => {
    await here.ask(first);
    expect((await here.ask(second)).mistakes).toBeUndefined();
    await here.untilEnded(2);
    expect(here.factsOf('Export Completed')).toHaveLength(2);
  };

  test('a window that joins', () => both(window(0, 30), window(30, 60)));
  test('the same window in another format', () => both(window(0, 30), window(0, 30, { format: 'ION' })));
  test('the same window to another folder', () =>
    both(window(0, 30), window(0, 30, { destination: { bucket: 'archive', prefix: 'again' } })));
  test('two full exports of now', () => both(request, request));

  test('a window that overlaps one that failed', async () => {
    let isClosed = true;
    here.aws.intercept((call, perform) =>
      isClosed && call.service === 's3' && call.operation.startsWith('Put')
        ? Promise.reject(Object.assign(new Error('gone'), { name: 'NoSuchBucket' }))
        : perform(),
    );
    await here.ask(window(0, 30));
    await here.untilEnded();
    isClosed = false;
    expect((await here.ask(window(0, 30))).mistakes).toBeUndefined();
  });
});

test('a full export of one instant is not begun beside itself, and may be repeated afterwards', async () => {
  const full = { ...request, exportTime: at(20) };
  const first = await here.ask(full);
  expect((await here.ask(full)).mistakes).toMatchObject([
    { field: 'exportTime', problem: expect.stringContaining(`${first.task} `), remedy: expect.stringMatching(/^Wait/) },
  ]);
  await here.untilEnded(2);
  expect((await here.ask(full)).mistakes).toBeUndefined();
});

test('instants are those of whole seconds, as AWS counts them', async () => {
  const { task = '' } = await here.ask(
    window(0, 0, { window: { from: at(10).replace('.000Z', '.900Z'), until: at(30).replace('.000Z', '.100Z') } }),
  );
  const from = Date.parse(at(10));
  expect((await here.taskOf(task)).plan?.call.window).toEqual({ from, until: from + 20 * minute });
});
