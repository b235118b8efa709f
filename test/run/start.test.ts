import { afterEach, describe, expect, test } from 'vitest';
import { receive } from '../../shared/door.ts';
import { startRun } from '../../shared/run/start.ts';
import { startRunDoor } from '../../shared/run/wish.ts';
import { service } from '../support/service.ts';
import { catalogName, hub, type Local } from '../support/world.ts';
import { backupsAtAws, nightly, verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

async function start(tables = 2, options: Parameters<typeof withTables>[1] = {}) {
  here = await withTables(tables, options);
  return { here, functions: service(here) };
}

const hour = 3_600_000;
const seconds = (here: Local, n: number) => here.clock.run(here.clock.now() + n * 1000);

describe('a firing', () => {
  test('that comes later than startWithin is skipped, and told with the same id however often it comes', async () => {
    const { here, functions } = await start();
    const firedAt = here.clock.now() - hour - 1000;
    functions.fire('nightly', firedAt);
    await functions.untilEnded();
    functions.fire('nightly', firedAt);
    await seconds(here, 120);
    const skipped = functions.factsOf('Run Skipped');
    expect(skipped.map(({ detail }) => detail.reason)).toEqual(['late', 'late']);
    expect(new Set(skipped.map(({ detail }) => detail.id)).size).toBe(1);
    expect(await backupsAtAws(here)).toEqual([]);
  });

  test('while the run before it is not done is skipped', async () => {
    const { here, functions } = await start(60, { plans: { nightly: { ...nightly, rate: 1 } } });
    functions.fire('nightly');
    await seconds(here, 20);
    functions.fire('nightly');
    await functions.untilEnded(2);
    expect(functions.factsOf('Run Skipped').map(({ detail }) => detail.reason)).toEqual(['overlap']);
    expect(await verdict(here, functions)).toMatchObject({ backups: 60, runs: 1 });
  });

  test('while the run before it is not done waits for it, when the plan says queue', async () => {
    const { here, functions } = await start(60, { plans: { nightly: { ...nightly, rate: 1, overlap: 'queue' } } });
    functions.fire('nightly');
    await seconds(here, 20);
    functions.fire('nightly');
    await functions.untilEnded(2);
    const [first, second] = functions.factsOf('Run Completed');
    expect(functions.factsOf('Run Skipped')).toEqual([]);
    expect(String(first?.detail.run) < String(second?.detail.run)).toBe(true);
    const secondsRun = functions.factsOf('Backup Completed').filter(({ detail }) => detail.run === second?.detail.run);
    expect(secondsRun).toHaveLength(60);
    expect(Math.min(...secondsRun.map(({ at }) => at))).toBeGreaterThan(first?.at ?? Number.POSITIVE_INFINITY);
  });

  test('of a plan that does not exist ends as Run Failed with the remedy', async () => {
    const { functions } = await start();
    functions.fire('weekly');
    await functions.untilEnded();
    const [failed] = functions.factsOf('Run Failed');
    expect(failed?.detail.error).toBe(
      'There is no plan weekly (there are: nightly); correct the request, or deploy plans.yml with it.',
    );
  });

  test('of a disabled plan is skipped; somebody who asks for it gets it', async () => {
    const { here, functions } = await start(2, { plans: { nightly: { ...nightly, enabled: false } } });
    functions.fire('nightly');
    await functions.untilEnded();
    expect(functions.factsOf('Run Skipped').map(({ detail }) => detail.reason)).toEqual(['disabled']);
    functions.request({ plan: 'nightly' });
    await functions.untilEnded(2);
    expect(await verdict(here, functions)).toMatchObject({ backups: 2, completed: 2 });
  });

  test('of a plan that is changed in mid-run takes what the plan said at the firing', async () => {
    const { here, functions } = await start(2);
    functions.fire('nightly');
    await here.until(() => functions.factsOf('Run Requested').length > 0);
    here.plans.clear();
    await functions.untilEnded();
    expect(await verdict(here, functions)).toMatchObject({ completed: 2 });
  });
});

describe('a table that is being restored', () => {
  const twentyMinutes = 20 * 60_000;

  async function restoring() {
    const started = await start(2, { dynamodb: { restoreMs: () => twentyMinutes, restoreHiddenMs: () => 1 } });
    const { BackupDetails } = await started.here.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
      TableName: 'orders-0000',
      BackupName: 'by-hand',
    });
    await seconds(started.here, 60);
    await started.here.call('RestoreTableFromBackup', {
      TargetTableName: 'orders-again',
      BackupArn: BackupDetails.BackupArn,
    });
    await seconds(started.here, 10);
    return started;
  }

  test('is left to the next run, so that no other table waits for it', async () => {
    const { here, functions } = await restoring();
    functions.fire('nightly');
    await seconds(here, 120);
    functions.fire('nightly');
    await seconds(here, 120);
    const ended = functions.factsOf('Run Completed').map(({ detail }) => [detail.tables, detail.completed]);
    expect(ended).toEqual([
      [2, 2],
      [2, 2],
    ]);
    await here.clock.run(here.clock.now() + twentyMinutes);
    functions.fire('nightly');
    await functions.untilEnded(3);
    expect(functions.factsOf('Run Completed').at(-1)?.detail).toMatchObject({ tables: 3, completed: 3, failed: 0 });
  });

  test('and was asked for by name fails at once with the remedy, and the others have their backups', async () => {
    const { here, functions } = await restoring();
    functions.request({ tables: ['orders-again', 'orders-0001'], reason: 'x' });
    await seconds(here, 120);
    expect(functions.factsOf('Backup Failed').map(({ detail }) => [detail.table, detail.error])).toEqual([
      ['orders-again', 'It is still being restored; ask again when it is ACTIVE.'],
    ]);
    expect(functions.factsOf('Run Completed')[0]?.detail).toMatchObject({ completed: 1, failed: 1 });
  });
});

test('a table that is being imported is left to the next run, too', async () => {
  const { here, functions } = await start(2, { isWhole: true, dynamodb: { importMs: () => 20 * 60_000 } });
  const made = (service: string, operation: string, input: Record<string, unknown>) =>
    here.aws.core.call({ service, operation, input, caller: here.iam.caller(hub.account), ...hub });
  await made('s3', 'CreateBucket', { Bucket: 'archive' });
  await made('dynamodb', 'ImportTable', {
    S3BucketSource: { S3Bucket: 'archive' },
    InputFormat: 'DYNAMODB_JSON',
    TableCreationParameters: {
      TableName: 'orders-imported',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
  });
  functions.fire('nightly');
  await seconds(here, 120);
  functions.request({ tables: ['orders-imported'], reason: 'x' });
  await seconds(here, 120);
  const ended = functions.factsOf('Run Completed').map(({ detail }) => [detail.tables, detail.completed]);
  expect(ended).toEqual([
    [2, 2],
    [1, 0],
  ]);
  expect(functions.factsOf('Backup Failed').map(({ detail }) => detail.error)).toEqual([
    'It is still being imported; ask again when it is ACTIVE.',
  ]);
  // What ListImports does not say is seen by its age.
  here.aws.intercept(async (call, perform) =>
    call.operation === 'ListImports' ? { ImportSummaryList: [] } : perform(),
  );
  await seconds(here, 180);
  functions.request({ tables: ['orders-imported'], reason: 'x' }, 'request-2');
  await seconds(here, 120);
  expect(functions.factsOf('Backup Failed').at(-1)?.detail.error).toBe(
    'It is still being made; ask again when it is ACTIVE.',
  );
});

describe('runs at once', () => {
  test('are no more than the deployment allows; the others wait and then run', async () => {
    const plans = Object.fromEntries(['one', 'two', 'three'].map((name) => [name, { ...nightly, rate: 1 }]));
    const { here, functions } = await start(30, { plans, maxRuns: 2 });
    for (const name of Object.keys(plans)) functions.fire(name);
    const underway = new Set<unknown>();
    let most = 0;
    here.aws.onCall(({ call }) => {
      if (call.operation === 'CreateBackup') underway.add(String(call.input.BackupName).split('-')[2]);
      for (const { detail } of functions.factsOf('Run Completed')) underway.delete(detail.plan);
      most = Math.max(most, underway.size);
    });
    await functions.untilEnded(3);
    expect(most).toBe(2);
    expect(await verdict(here, functions)).toMatchObject({ backups: 90, completed: 90, runs: 3 });
  });

  test('of two targets go side by side, each with the whole quota of its own', async () => {
    const plans = { nightly: { ...nightly, targets: [{ regions: ['us-east-1', 'eu-west-1'] }] } };
    const { here, functions } = await start(100, { plans });
    for (let n = 0; n < 100; n++) await here.createTable(`orders-${n}-eu`, {}, { region: 'eu-west-1' });
    await seconds(here, 10);
    functions.fire('nightly');
    await functions.untilEnded(2);
    const ended = functions.factsOf('Run Completed');
    expect(ended.map(({ detail }) => [detail.region, detail.completed]).sort()).toEqual([
      ['eu-west-1', 100],
      ['us-east-1', 100],
    ]);
    expect(Math.abs(Number(ended[0]?.at) - Number(ended[1]?.at))).toBeLessThan(8000);
    expect(here.dynamodb.counters().CreateBackup).toMatchObject({ accepted: 200, throttled: 0 });
  });
});

describe('another account', () => {
  const member = '210987654321';
  const plans = { nightly: { ...nightly, targets: [{ account: member }] } };
  const trust = (hub: string) => ({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${hub}:root` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'tablekeep' } },
    },
  });
  const policy = (...actions: string[]) => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: actions, Resource: '*' },
  });

  async function withMember(trusted: string) {
    const started = await start(0, { plans });
    const { here } = started;
    const reads = ['ListTables', 'ListBackups', 'DescribeTable', 'DescribeBackup'].map((name) => `dynamodb:${name}`);
    for (const [capability, document] of [
      ['read', policy(...reads, 'tag:GetResources')],
      ['backup', policy('dynamodb:CreateBackup')],
    ] as const) {
      here.iam.putRole({
        account: member,
        name: `tablekeep-${capability}`,
        trust: trust(trusted),
        policies: { inline: document },
      });
    }
    for (const name of ['orders-1', 'orders-2']) await here.createTable(name, {}, { account: member });
    await seconds(here, 10);
    return started;
  }

  test('is backed up with its own roles, each for what it is there for', async () => {
    const { here, functions } = await withMember('123456789012');
    functions.fire('nightly');
    await functions.untilEnded();
    expect(functions.factsOf('Run Completed')[0]?.detail).toMatchObject({ account: member, completed: 2 });
    expect(await backupsAtAws(here, { account: member })).toHaveLength(2);
    expect(await backupsAtAws(here)).toEqual([]);
  });

  test('that does not trust us ends the run as Run Failed', async () => {
    const { functions } = await withMember('999999999999');
    functions.fire('nightly');
    await functions.untilEnded();
    expect(functions.factsOf('Run Failed')[0]?.detail.error).toMatch(/^AccessDenied.*AssumeRole/);
  });
});

describe('a request', () => {
  test('with an id that is made again later is the same run, and other content under it is refused', async () => {
    const { here, functions } = await start();
    functions.request({ requestId: 'release-41', plan: 'nightly' }, 'event-1');
    await functions.untilEnded();
    functions.request({ requestId: 'release-41', plan: 'nightly' }, 'event-2');
    functions.request({ requestId: 'release-41', tables: ['orders-0001'], reason: 'x' }, 'event-3');
    await seconds(here, 120);
    expect(await verdict(here, functions)).toMatchObject({ backups: 2, runs: 1 });
    expect(functions.factsOf('Request Refused').map(({ detail }) => detail.request)).toEqual(['Backup']);
  });

  test('for tables takes these, opted out or not, and keeps the reason and when they may go', async () => {
    const { here, functions } = await start(3);
    await here.createTable('skipped', { Tags: [{ Key: 'tablekeep:skip', Value: 'true' }] });
    await seconds(here, 10);
    functions.request({
      tables: ['orders-0001', 'skipped'],
      reason: 'before the migration',
      expiresAt: '2026-03-01T00:00:00.000Z',
    });
    await functions.untilEnded();
    const [completed] = functions.factsOf('Run Completed');
    expect(completed?.detail).toMatchObject({ plan: 'ad-hoc', completed: 2 });
    expect((await backupsAtAws(here)).map(({ TableName }) => TableName).sort()).toEqual(['orders-0001', 'skipped']);
  });

  test('for a table that does not exist takes the others and ends as Run Failed', async () => {
    const { functions } = await start(1);
    functions.request({ tables: ['orders-0000', 'nowhere'], reason: 'x' });
    await functions.untilEnded();
    expect(functions.factsOf('Run Failed')[0]?.detail).toMatchObject({
      error: 'There is no table nowhere.',
      completed: 1,
    });
  });

  test('repeated with the same id is the same run', async () => {
    const { here, functions } = await start(2);
    functions.request({ plan: 'nightly' }, 'a');
    functions.request({ plan: 'nightly' }, 'a');
    await functions.untilEnded();
    await seconds(here, 120);
    expect(await verdict(here, functions)).toMatchObject({ backups: 2, runs: 1 });
  });

  test('for a target that is not of this deployment is refused with a sentence', async () => {
    const { functions } = await start(1);
    functions.request({
      tables: ['orders-0000'],
      reason: 'x',
      target: { account: '999999999999', region: 'us-east-1' },
    });
    await seconds(here as Local, 5);
    expect(functions.thrown.map(String)).toEqual([
      'PermanentError: target: 999999999999/us-east-1 is no target of this deployment; name one of 123456789012/us-east-1, or add it to a plan and deploy.',
    ]);
  });

  test('for the catalog is refused with a sentence, and a table of that name elsewhere is a table as any other', async () => {
    const elsewhere = { account: hub.account, region: 'eu-west-1' };
    const plans = { nightly: { ...nightly, targets: [{ regions: [hub.region, elsewhere.region] }] } };
    const { here, functions } = await start(1, { plans });
    functions.request({ tables: ['orders-0000', catalogName], reason: 'x' });
    await seconds(here, 5);
    expect(functions.thrown.map(String)).toEqual([
      `PermanentError: tables: ${catalogName} is Tablekeep's own catalog, which is never among its backups: it has point-in-time recovery; leave it out.`,
    ]);
    await here.createTable(catalogName, {}, elsewhere);
    await seconds(here, 10);
    functions.request({ tables: [catalogName], reason: 'x', target: elsewhere });
    await functions.untilEnded();
    expect(functions.factsOf('Run Completed')[0]?.detail).toMatchObject({ region: 'eu-west-1', completed: 1 });
    expect(await backupsAtAws(here)).toEqual([]);
  });

  test.each([
    ['in the past', -hour],
    ['now', 0],
    ['less than an hour away', hour - 1000],
  ])('whose backups could go %s is refused with a sentence', async (_when, ms) => {
    const { here, functions } = await start(1);
    const expiresAt = new Date(here.clock.now() + ms).toISOString();
    functions.request({ tables: ['orders-0000'], reason: 'x', expiresAt });
    await seconds(here, 5);
    expect(functions.thrown.map(String)).toEqual([
      `PermanentError: expiresAt: ${expiresAt} is not at least an hour after the request, so retention would delete the backup at once; give a later instant, or leave it out to keep the backup until somebody deletes it.`,
    ]);
    expect(await backupsAtAws(here)).toEqual([]);
  });

  const envelope = (more: object) => ({
    version: '0',
    id: 'e1',
    'detail-type': 'Backup Requested',
    source: 'somebody',
    account: '123456789012',
    time: '2026-01-31T02:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { plan: 'nightly' },
    ...more,
  });

  test.each([
    ['replayed', { 'replay-name': 'again' }],
    ['of another account', { account: '999999999999' }],
    ['older than an hour', { time: '2026-01-31T00:30:00Z' }],
  ])('that is %s is ignored', async (why, more) => {
    const { here } = await start(1);
    const { world } = here.world();
    const received = receive(startRunDoor, envelope(more));
    expect(await startRun(world)(received, { id: 'i', endsAt: 0 })).toEqual({ runs: [], ignored: why });
  });

  test.each([
    [{ plan: 'Nightly' }, /^The input is not right: plan: write the name of a plan of plans\.yml\.$/],
    [{ plan: 'nightly', scheduledAt: 'now' }, /scheduledAt: write an instant in UTC/],
    [{ tables: ['orders'] }, /reason: is missing, say why, in 1 to 500 characters\.$/],
    [{}, /^The input is not right: plan: is missing, give a plan of plans\.yml, or tables and a reason\.$/],
    [
      { reason: 'x' },
      /^The input is not right: plan: is missing, give a plan of plans\.yml, or tables and a reason\.$/,
    ],
    [{ tables: [], reason: 'x' }, /^The input is not right: tables: name at least one table\.$/],
    [{ tables: 'orders', reason: 'x' }, /tables: write a list of names, as in \["orders"\]\.$/],
    [{ tables: ['orders'], reason: '' }, /reason: say why, in 1 to 500 characters\.$/],
    [{ tables: ['orders'], reason: 5 }, /reason: say why, in 1 to 500 characters\.$/],
    [{ plan: 'nightly', reason: '' }, /reason: say why, in 1 to 500 characters\.$/],
    [{ tables: [5], reason: 'x' }, /tables\.0: write the name of a table/],
    [{ tables: ['orders'], reason: 'x', target: 'eu-central-1' }, /target: write an account and a Region, as in {/],
    [{ plan: 'nightly', tabels: 1 }, /tabels/],
    ['nightly', /^The input is not right: /],
    [envelope({ detail: { plan: 1 } }), /^"Backup Requested" is not right: plan: /],
    [
      envelope({ 'detail-type': 'Restore Requested' }),
      /^"Restore Requested" is not for this function; send one of "Backup Requested", "Cancel Requested"\.$/,
    ],
  ])('%j is refused with a sentence that names the field', (input, sentence) => {
    expect(() => receive(startRunDoor, input)).toThrow(sentence);
  });

  test('that is too long is refused with a sentence that names the field', () => {
    const tables = Array(101).fill('orders');
    expect(() => receive(startRunDoor, { tables, reason: 'x' })).toThrow(
      /tables: name at most 100 tables, and the others in another request\.$/,
    );
    const reason = 'x'.repeat(501);
    expect(() => receive(startRunDoor, { tables: ['orders'], reason })).toThrow(
      /reason: say why, in 1 to 500 characters\.$/,
    );
  });
});
