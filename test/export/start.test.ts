import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { ticket } from '../../shared/task/queue.ts';
import { taskKey } from '../../shared/task/task.ts';
import { type ExportHere, exportHere, request } from './here.ts';

let here: ExportHere;
beforeEach(async () => {
  here = await exportHere();
});
afterEach(() => here.close());

const asked = () => here.calls.filter((name) => name === 'ExportTableToPointInTime').length;

/** The n-th call (from 0) to export is answered so, after it was done, or in place of it. */
function answerWith(errorOf: (n: number) => AwsError | undefined, isDone: boolean) {
  let calls = 0;
  here.aws.intercept(async (call, perform) => {
    if (call.operation !== 'ExportTableToPointInTime') return perform();
    const error = errorOf(calls++);
    if (error === undefined) return perform();
    if (isDone) await perform();
    throw error;
  });
}

const lost = () => new AwsError('InternalServerError', 'no answer', 500);

test('a call without an answer is repeated with its token, and is one export', async () => {
  answerWith((n) => (n < 3 ? lost() : undefined), true);
  await here.ask(request);
  await here.untilEnded();
  expect(asked()).toBe(4);
  expect(here.factsOf('Export Completed')).toHaveLength(1);
  const { ExportSummaries } = await here.call<{ ExportSummaries: unknown[] }>('ListExports', {});
  expect(ExportSummaries).toHaveLength(1);
});

test('when the token is about to end, the exports that AWS has are looked through before another call', async () => {
  // It was begun, and for nine hours no answer comes through, not even to a heartbeat.
  const since = here.clock.now();
  here.aws.intercept(async (call, perform) => {
    if (call.operation !== 'ExportTableToPointInTime') return perform();
    if (here.clock.now() - since < 60_000) await perform();
    throw lost();
  });
  await here.ask(request);
  await here.untilEnded(1, 12 * 3_600_000);
  expect(here.calls).toContain('ListExports');
  expect(here.factsOf('Export Failed')).toEqual([]);
  expect(here.factsOf('Export Completed')).toHaveLength(1);
  expect((here.clock.now() - since) / 3_600_000).toBeCloseTo(7.75, 1);
  const { ExportSummaries } = await here.call<{ ExportSummaries: unknown[] }>('ListExports', {});
  expect(ExportSummaries).toHaveLength(1);
});

test.each(['ExportConflictException', 'IdempotentParameterMismatchException', 'IdempotentParameterMismatch'])(
  '%s: the export is ours when AWS has one with our token',
  async (name) => {
    answerWith((n) => (n === 0 ? new AwsError(name, 'The token is known.') : undefined), true);
    await here.ask(request);
    await here.untilEnded();
    expect(here.factsOf('Export Completed')).toHaveLength(1);
    expect(asked()).toBe(1);
  },
);

test.each(['ExportConflictException', 'IdempotentParameterMismatchException'])(
  '%s: else it is refused, with what to do',
  async (name) => {
    answerWith(() => new AwsError(name, 'The token is known.'), false);
    await here.ask(request);
    await here.untilEnded();
    expect(here.factsOf('Export Failed')[0]?.detail).toMatchObject({
      code: 'RequestIdUsed',
      mistakes: [{ field: 'requestId', remedy: expect.stringMatching(/new requestId/) }],
    });
  },
);

test('a time that has left the window while it waited is refused, and the window is named', async () => {
  answerWith(() => new AwsError('InvalidExportTimeException', 'Too early'), false);
  await here.ask({ ...request, exportTime: new Date(here.clock.now() - 1000).toISOString() });
  await here.untilEnded();
  expect(here.factsOf('Export Failed')[0]?.detail).toMatchObject({
    code: 'InvalidExportTimeException',
    mistakes: [{ field: 'exportTime', remedy: expect.stringMatching(/is 2026-01-31T02.* to 2026-01-31T02/) }],
  });
});

test('recovery that was switched off meanwhile is refused, with what to do', async () => {
  answerWith(() => new AwsError('PointInTimeRecoveryUnavailableException', 'off'), false);
  await here.ask(request);
  await here.untilEnded();
  expect(here.factsOf('Export Failed')[0]?.detail).toMatchObject({
    mistakes: [{ field: 'source', remedy: expect.stringMatching(/enablePointInTimeRecovery/) }],
  });
});

test('300 exports of others: it keeps its place and asks again', async () => {
  const full = new AwsError('LimitExceededException', 'Only 300 exports can be in progress simultaneously');
  answerWith((n) => (n < 5 ? full : undefined), false);
  await here.ask(request);
  await here.untilEnded();
  expect(asked()).toBe(6);
  expect(here.factsOf('Export Completed')).toHaveLength(1);
});

test('a right that is missing ends it with a sentence', async () => {
  answerWith(() => new AwsError('AccessDeniedException', 'not authorized to perform: dynamodb:Export'), false);
  await here.ask(request);
  await here.untilEnded();
  expect(here.factsOf('Export Failed')[0]?.detail).toMatchObject({
    code: 'AccessDeniedException',
    mistakes: [{ field: '(rights)' }],
  });
});

test('with 290 others, 10 of 20 run, 10 wait their turn, all end, and AWS refuses none', async () => {
  here.close();
  // Of AWS's 300, the others have 290.
  here = await exportHere({ dynamodb: { exportMs: () => 120_000, simultaneousExports: 10 } });
  const refused: string[] = [];
  here.aws.onCall(({ call, error }) => {
    if (call.operation === 'ExportTableToPointInTime' && error !== undefined) refused.push(String(error));
  });
  await here.done(othersRun(290));
  for (let n = 0; n < 20; n++) here.send({ ...request, priority: 'bulk' }, `event-${n}`);
  await here.pass(100_000);
  expect(asked()).toBe(10);
  await here.untilEnded(20);
  expect(refused).toEqual([]);
  expect(here.thrown).toEqual([]);
  expect(here.factsOf('Export Completed')).toHaveLength(20);
});

/** Tasks that have their place in the queue, and keep it. */
async function othersRun(count: number): Promise<void> {
  const { catalog } = here.world().world;
  const acceptedAt = here.clock.now();
  const ids = Array.from({ length: count }, (_, n) => `export-${String(n).padStart(16, '0')}`);
  for (const id of ids) await catalog.put({ ...taskKey(id), state: 'EXPORTING' });
  await catalog.update(
    { pk: 'admission', sk: 'export#123456789012/us-east-1' },
    {
      update: 'ADD #running :others',
      names: { '#running': 'running' },
      values: { ':others': new Set(ids.map((id) => ticket({ id, acceptedAt, priority: 'bulk' }))) },
    },
  );
}
