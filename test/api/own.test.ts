import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BackupRequested } from '../../events/requests.ts';
import { auditKey } from '../../shared/audit/memory.ts';
import { runItem } from '../../shared/ledger.ts';
import { instantOf, parseRunId, runId, stampOf } from '../../shared/names.ts';
import { contentOf, writeAsked } from '../../shared/run/asked-before.ts';
import type { Run } from '../../shared/run.ts';
import { keepReport } from '../../shared/standing/keep-evidence.ts';
import { done } from '../support/done.ts';
import { catalogName, hub, startAt } from '../support/world.ts';
import { type ApiHere, apiHere, caller } from './here.ts';
import { backUp, plans, ran, tableId } from './points.ts';

let here: ApiHere;
beforeEach(async () => {
  here = await apiHere({ plans });
});
afterEach(() => here.close());

describe('plans', () => {
  test('are as they are deployed', async () => {
    const { body } = await here.ask('GET /v1/plans');
    expect(body).toMatchObject({ plans: [{ name: 'nightly', keep: { daily: 7 }, targets: [hub] }] });
    expect((await here.ask('GET /v1/plans/nightly')).body).toMatchObject({ nextAt: '2026-01-31T03:00:00.000Z' });
    expect((await here.ask('GET /v1/plans/weekly')).body).toMatchObject({
      code: 'NotFound',
      remedy: 'Deployed are: nightly.',
    });
  });

  test('say when they fire', async () => {
    const { body } = await here.ask('GET /v1/plans/nightly/firings?count=2&after=2026-03-01T00:00:00Z');
    expect(body.firings).toEqual(['2026-03-01T03:00:00.000Z', '2026-03-02T03:00:00.000Z']);
  });

  test('say what they will hold and cost', async () => {
    const { body } = await here.ask('GET /v1/plans/nightly/preview');
    expect(body).toMatchObject({ backupsPerTable: 7, tableCount: 0, dollarsPerMonth: 0, keep: 'daily 7' });
  });
});

/** What start-run writes down of a request. */
function started(id = '', detail: BackupRequested, requestId = 'r1'): Promise<unknown> {
  const asked = { at: instantOf(parseRunId(id).stamp), content: contentOf(detail) };
  return done(here, writeAsked(here.apiWorld, requestId, asked));
}

describe('runs', () => {
  test('a plan is run now, in the name of the caller, and the ids are known at once', async () => {
    const got = await here.ask('POST /v1/runs', {
      body: { plan: 'nightly', reason: 'try' },
      headers: { 'Idempotency-Key': 'r1' },
    });
    expect(got.status).toBe(202);
    const [asked] = here.asked();
    expect(asked).toEqual({
      type: 'Backup Requested',
      detail: { plan: 'nightly', reason: 'try', requestId: 'r1', requester: caller },
    });
    expect(got.body.runs).toEqual([
      expect.stringMatching(/^123456789012\/us-east-1\/nightly\/20260131T02\d{4}Z-[0-9a-f]{8}$/),
    ]);
  });

  test('the same request again is the same run', async () => {
    const wish = { body: { plan: 'nightly' }, headers: { 'Idempotency-Key': 'r1' } };
    const first = await here.ask('POST /v1/runs', wish);
    const [id] = first.body.runs as string[];
    await started(id, { plan: 'nightly' });
    await here.clock.run(here.clock.now() + 5000);
    expect((await here.ask('POST /v1/runs', wish)).body).toEqual(first.body);
    expect(here.asked()).toHaveLength(1);
  });

  test('of tables, the same request again is the same run, and another one under its id is 409', async () => {
    const headers = { 'Idempotency-Key': 'b1' };
    const wish = { headers, body: { tables: ['orders', 'users'], reason: 'x', expiresAt: '2027-01-01T00:00:00Z' } };
    const first = await here.ask('POST /v1/backups', wish);
    const [id] = first.body.runs as string[];
    await started(id, wish.body, 'b1');
    expect((await here.ask('POST /v1/backups', wish)).body).toEqual(first.body);
    for (const more of [{ tables: ['orders'] }, { tables: ['orders', 'sales'] }, { expiresAt: undefined }]) {
      const other = { headers, body: { ...wish.body, ...more } };
      expect(await here.ask('POST /v1/backups', other)).toMatchObject({ status: 409, body: { code: 'RequestIdUsed' } });
    }
    expect(here.asked()).toHaveLength(1);
  });

  test.each([
    ['a plan that is not there', 'POST /v1/runs', { plan: 'weekly' }, 404],
    [
      'a target that is none',
      'POST /v1/backups',
      { tables: ['orders'], reason: 'x', target: { account: '999999999999', region: 'us-east-1' } },
      404,
    ],
    [
      'what expires too soon',
      'POST /v1/backups',
      { tables: ['orders'], reason: 'x', expiresAt: '2026-01-31T02:30:00Z' },
      400,
    ],
    ['our own catalog', 'POST /v1/backups', { tables: [catalogName], reason: 'x' }, 400],
    ['no reason', 'POST /v1/backups', { tables: ['orders'] }, 400],
  ])('%s is refused', async (_, line, body, status) => {
    expect((await here.ask(line, { body })).status).toBe(status);
    expect(here.asked()).toEqual([]);
  });

  test('are listed and read, with their tables', async () => {
    await backUp(here);
    const id = `${hub.account}/${hub.region}/nightly/20260131T010000Z`;
    expect((await here.ask('GET /v1/runs?plan=nightly')).body).toMatchObject({ runs: [{ id, state: 'COMPLETED' }] });
    expect((await here.ask(`GET /v1/runs/${id}`)).body).toMatchObject({ id });
    expect((await here.ask(`GET /v1/runs/${id}/tables`)).body).toMatchObject({
      tables: [{ table: 'orders', state: 'AVAILABLE' }],
    });
    expect((await here.ask(`GET /v1/runs/${id}1`)).status).toBe(400);
    expect((await here.ask(`GET /v1/runs/${id.replace('nightly', 'weekly')}`)).status).toBe(404);
    expect((await here.ask('GET /v1/runs?account=123456789012')).body).toMatchObject({
      code: 'BadRequest',
      field: 'region',
    });
  });

  test('one that has not begun is cancelled, one that has is not', async () => {
    const wish = { body: { reason: 'maintenance' } };
    const queued = await run({ stamp: stampOf(startAt), state: 'QUEUED' });
    expect((await here.ask(`POST /v1/runs/${queued}/cancel`, wish)).status).toBe(202);
    expect(here.asked()).toMatchObject([
      { type: 'Cancel Requested', detail: { run: queued, reason: 'maintenance', requester: caller } },
    ]);
    const running = await run({ stamp: stampOf(startAt + 60_000), state: 'RUNNING' });
    expect(await here.ask(`POST /v1/runs/${running}/cancel`, wish)).toMatchObject({
      status: 409,
      body: { code: 'NotQueued' },
    });
    await ran(here, { stamp: '20260131T010000Z' });
    const over = `${hub.account}/${hub.region}/nightly/20260131T010000Z`;
    expect((await here.ask(`POST /v1/runs/${over}/cancel`, wish)).status).toBe(409);
    expect(here.asked()).toHaveLength(1);
  });
});

test('a cancellation that is sent once more is one', async () => {
  const id = await run({ stamp: stampOf(startAt), state: 'SKIPPED', skipped: 'cancelled' });
  expect((await here.ask(`POST /v1/runs/${id}/cancel`, { body: { reason: 'maintenance' } })).status).toBe(202);
  expect(here.asked()).toEqual([]);
});

/** Writes a run of nightly, and answers with its id. */
async function run(more: Partial<Run> & { stamp: string }): Promise<string> {
  const written: Run = {
    target: hub,
    plan: 'nightly',
    state: 'QUEUED',
    selector: { include: ['*'], exclude: [], tags: {} },
    scheduledAt: startAt,
    deadlineAt: startAt + 3_600_000,
    overlap: 'skip',
    announcedUntil: startAt,
    throttled: 0,
    ...more,
  };
  await here.done(here.apiWorld.catalog.put(runItem(written)));
  return runId(written);
}

describe('holds', () => {
  test('are put and lifted by requests, with the reason and the caller', async () => {
    const id = await backUp(here);
    for (const [verb, type] of [
      ['hold', 'Hold Requested'],
      ['release', 'Release Requested'],
    ]) {
      expect((await here.ask(`POST /v1/backups/${id}/${verb}`, { body: { reason: 'audit 2026' } })).status).toBe(202);
      expect(here.asked().at(-1)).toMatchObject({
        type,
        detail: {
          reason: 'audit 2026',
          requester: caller,
          backupId: `123456789012/us-east-1/nightly/20260131T010000Z/${tableId}`,
        },
      });
    }
  });

  test('need a reason and a backup that is AVAILABLE', async () => {
    const id = await backUp(here, { state: 'DELETING' });
    expect((await here.ask(`POST /v1/backups/${id}/hold`, { body: { reason: 'x' } })).status).toBe(409);
    expect((await here.ask(`POST /v1/backups/${id}/hold`, { body: {} })).status).toBe(400);
    expect(here.asked()).toEqual([]);
  });
});

describe('tasks in our own words', () => {
  test.each([
    [
      'restores',
      'Restore Requested',
      { source: { table: 'orders', latest: true }, target: { tableName: 'orders-copy' } },
    ],
    ['exports', 'Export Requested', { source: { table: 'orders' }, destination: { bucket: 'our-archive' } }],
    [
      'imports',
      'Import Requested',
      {
        source: { bucket: 'our-archive', export: 'orders/AWSDynamoDB/01769828405120-2d8752fd' },
        target: { tableName: 'orders-2' },
      },
    ],
  ])('%s are asked for in the name of the caller', async (path, type, body) => {
    const got = await here.ask(`POST /v1/${path}`, { body: { ...body, reason: 'x' } });
    expect(got).toMatchObject({
      status: 202,
      body: { task: expect.stringMatching(new RegExp(`^${path.slice(0, -1)}-`)) },
    });
    expect(here.asked()).toMatchObject([{ type, detail: { ...body, requester: caller } }]);
    const pretending = { ...body, reason: 'x', requester: 'somebody else' };
    expect((await here.ask(`POST /v1/${path}`, { body: pretending })).status).toBe(400);
  });

  test('a dry run is no task: where its answer is read is said', async () => {
    const body = {
      source: { table: 'orders', latest: true },
      target: { tableName: 'copy' },
      reason: 'x',
      dryRun: true,
    };
    const { body: answered } = await here.ask('POST /v1/restores', { body });
    expect(answered.task).toBeUndefined();
    expect((await here.ask(`GET /v1/tasks/${answered.dryRun}/dry-run`)).status).toBe(404);
  });

  test('what the function would refuse by itself is an answer at once', async () => {
    const body = { source: { table: 'orders' }, target: { tableName: 'copy' }, reason: 'x' };
    expect(await here.ask('POST /v1/restores', { body })).toMatchObject({ status: 400, body: { field: 'source' } });
  });
});

test('health says how late the audits are', async () => {
  expect((await here.ask('GET /v1/health')).body).toMatchObject({ status: 'late', plans: 1, targets: [hub] });
});

test('a day that no report was written of is 404, one that is none 400, of another account 404', async () => {
  expect((await here.ask('GET /v1/audits/123456789012/us-east-1/2026-01-30')).status).toBe(404);
  expect((await here.ask('GET /v1/audits/123456789012/us-east-1/2026-02-30')).status).toBe(400);
  expect((await here.ask('GET /v1/audits/123456789012/us-east-1/0000-01-01/evidence')).status).toBe(400);
  expect((await here.ask('GET /v1/audits/999999999999/us-east-1/2026-01-30')).status).toBe(404);
});

test('of a target that no plan has any more runs, reports and evidence can still be read, and tables are nobody’s', async () => {
  const left = { account: '999999999999', region: 'eu-west-1' };
  const memory = { ...auditKey(hub), knownTargets: ['999999999999/eu-west-1'], knownPlans: ['nightly'] };
  await here.done(here.apiWorld.catalog.put(memory));
  await here.done(keepReport(here.apiWorld, left, '2026-01-30', { sentence: 'All is well.' }));
  const path = '/v1/audits/999999999999/eu-west-1/2026-01-30';
  expect((await here.ask(`GET ${path}`)).body).toEqual({ sentence: 'All is well.' });
  expect((await here.ask(`GET ${path}/evidence`)).status).toBe(200);
  expect((await here.ask('GET /v1/runs?account=999999999999&region=eu-west-1')).status).toBe(200);
  expect((await here.ask('GET /v1/tables?account=999999999999&region=eu-west-1')).status).toBe(404);
});
