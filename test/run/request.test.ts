import { afterEach, describe, expect, test } from 'vitest';
import { receive } from '../../shared/door.ts';
import { startRun } from '../../shared/run/start.ts';
import { startRunDoor } from '../../shared/run/wish.ts';
import { catalogName, hub } from '../support/world.ts';
import { backupsAtAws, close, nightly, seconds, start, verdict } from './nightly.ts';

afterEach(close);

const hour = 3_600_000;

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
    const { here, functions } = await start(1);
    functions.request({
      tables: ['orders-0000'],
      reason: 'x',
      target: { account: '999999999999', region: 'us-east-1' },
    });
    await seconds(here, 5);
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
