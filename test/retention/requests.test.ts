import { afterEach, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { apiSource } from '../../events/contract.ts';
import { HoldRequested } from '../../events/operation-requests.ts';
import { receive } from '../../shared/door.ts';
import { pin } from '../../shared/holds.ts';
import { adHoc, runId } from '../../shared/names.ts';
import { retain } from '../../shared/retention/apply.ts';
import type { Operated } from '../../shared/retention/requests.ts';
import { applyRetention, retentionDoor } from '../../shared/retention/trigger.ts';
import type { Backup } from '../../shared/run.ts';
import { hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

/** Three nights of a plan that keeps two. */
async function nights(): Promise<Backup> {
  here = await surroundings('2026-01-01T00:00Z');
  await here.table('orders');
  const [first] = await here.backUpAll('2026-01-02T02:00Z', ['orders']);
  for (const day of [3, 4]) await here.backUpAll(`2026-01-0${day}T02:00Z`, ['orders']);
  return first as Backup;
}

async function manual(more: Partial<Backup> = {}): Promise<Backup> {
  here = await surroundings('2026-01-01T00:00Z');
  await here.table('orders');
  const [backup] = await here.backUpAll('2026-01-02T02:00Z', ['orders'], { plan: adHoc, ...more });
  return backup as Backup;
}

const idOf = (backup: Backup) => `${runId(backup)}/${backup.tableId}`;
const reason = 'case 4711';

interface Sent {
  requestId?: string;
  source?: string;
  requester?: string;
  /** Of the event, in place of what it would be. */
  envelope?: Record<string, string>;
}

function ask(
  operation: string,
  backupId: string,
  { requestId = 'a', source = 'legal', requester, envelope }: Sent = {},
) {
  const event = {
    id: `5c6f5b1e-0000-4000-8000-00000000000${requestId}`,
    account: hub.account,
    source,
    time: new Date(here.clock.now()).toISOString(),
    ...envelope,
    'detail-type': `${operation} Requested`,
    detail: { requestId, backupId, reason, ...(requester && { requester }) },
  };
  return here.run(applyRetention(here.world)(receive(retentionDoor, event), here.invocation())) as Promise<Operated>;
}

const apply = () => here.run(retain(here.world, { plan: 'nightly', target: hub }, here.invocation()));
const told = (type: string) => here.facts.filter((fact) => fact.type === type).map(({ detail }) => detail);

test('a hold that is asked for by event keeps a backup until a release is asked for', async () => {
  const first = await nights();
  await ask('Hold', idOf(first));
  expect(await apply()).toMatchObject({ deleted: 0 });
  expect(told('Backup Held')[0]).toMatchObject({ table: 'orders', reason, requester: { kind: 'claimed' } });
  await ask('Release', idOf(first), { requestId: 'b' });
  expect(await apply()).toMatchObject({ deleted: 1 });
  expect(told('Backup Released')).toHaveLength(1);
});

test('a release that is delivered a second time does not lift a hold that was put since', async () => {
  const first = await nights();
  await ask('Hold', idOf(first));
  await ask('Release', idOf(first), { requestId: 'b' });
  await ask('Hold', idOf(first), { requestId: 'c' });
  await ask('Release', idOf(first), { requestId: 'b' });
  expect(await apply()).toMatchObject({ deleted: 0 });
  expect(new Set(told('Backup Released').map(({ id }) => id)).size).toBe(1);
});

test('one id for a hold, its release and a delete stands for three requests', async () => {
  const backup = await manual();
  await ask('Hold', idOf(backup));
  await ask('Release', idOf(backup));
  expect(await here.stateOf(backup)).not.toHaveProperty('hold');
  await ask('Hold', idOf(backup));
  expect(await here.stateOf(backup)).not.toHaveProperty('hold');
  await ask('Delete', idOf(backup));
  expect(await here.states(adHoc)).toEqual({ DELETED: 1 });
});

test('the signed caller is named when our API passes a request on, and nobody else can say so', async () => {
  const first = await nights();
  await ask('Hold', idOf(first), { source: apiSource, requester: 'arn:aws:iam::123456789012:role/ops' });
  expect(told('Backup Held')[0]?.requester).toEqual({ name: 'arn:aws:iam::123456789012:role/ops', kind: 'verified' });
});

test('a manual backup goes when somebody asks for it, with the reason', async () => {
  const backup = await manual();
  expect(await ask('Delete', idOf(backup), { requester: 'Release robot' })).toMatchObject({ done: expect.any(String) });
  expect(await here.stateOf(backup)).toMatchObject({ state: 'DELETED' });
  expect(told('Backup Deleted')[0]?.reason).toMatch(/^Release robot asked for it at .* \(case 4711\)\.$/);
});

test('of all manual backups of a table only the one that was asked for goes', async () => {
  const backup = await manual();
  await here.backUpAll('2026-01-03T02:00Z', ['orders'], { plan: adHoc });
  await ask('Delete', idOf(backup));
  expect(await here.states(adHoc)).toEqual({ AVAILABLE: 1, DELETED: 1 });
});

test('a backup of a plan is not deleted by hand', async () => {
  const first = await nights();
  expect((await ask('Delete', idOf(first))).refused).toMatch(/belongs to plan nightly.*Change keep in plans.yml/);
  expect(told('Request Refused')[0]).toMatchObject({ request: 'Delete', requestId: 'a', reason });
  expect(await here.states()).toEqual({ AVAILABLE: 3 });
});

test('a manual backup that is held or needed by a task stays, and the one who asked is told why', async () => {
  const backup = await manual();
  await ask('Hold', idOf(backup), { requester: 'Legal' });
  expect((await ask('Delete', idOf(backup), { requestId: 'b' })).refused).toMatch(/Legal holds it since .*case 4711/);
  await ask('Release', idOf(backup), { requestId: 'c' });
  await pin(here.world.catalog, backup, 'restore-1');
  expect((await ask('Delete', idOf(backup), { requestId: 'd' })).refused).toMatch(/needed by restore-1/);
  expect(await here.states(adHoc)).toEqual({ AVAILABLE: 1 });
});

test('a backup that nobody knows is refused', async () => {
  const first = await nights();
  const { refused } = await ask('Hold', `${hub.account}/us-east-1/nightly/20200101T000000Z/${first.tableId}`);
  expect(refused).toMatch(/^backupId: the catalog knows no backup/);
});

test.each(['x', 'a/b#c', 'arn:aws:dynamodb:us-east-1:123456789012:table/orders'])(
  'no key of the catalog is made of what is no ARN of a backup: %s',
  (duplicateArn) => {
    const backupId = '123456789012/us-east-1/nightly/20260102T020000Z/594d2af8-df57-46d8-b05d-20ea4264ee38';
    expect(z.safeParse(HoldRequested.detail, { backupId, duplicateArn, reason }).success).toBe(false);
  },
);

test.each<[string, Record<string, string>]>([
  ['older than an hour', { time: '2026-01-01T00:00:00Z' }],
  ['of another account', { account: '210987654321' }],
  ['replayed', { 'replay-name': 'yesterday' }],
])('a request that is %s is ignored', async (why, envelope) => {
  const first = await nights();
  expect(await ask('Hold', idOf(first), { envelope })).toEqual({ ignored: why });
  expect(await here.stateOf(first)).not.toHaveProperty('hold');
});

test('a manual backup in a target that no plan has any more is not deleted, and the one who asked is told why', async () => {
  const backup = await manual({ target: { account: hub.account, region: 'eu-west-1' } });
  expect((await ask('Delete', idOf(backup))).refused).toMatch(/no target of this deployment any more/);
  expect((await here.stateOf(backup)).state).toBe('AVAILABLE');
  expect(await here.stateOf(backup)).not.toHaveProperty('deletion');
});

test('by hand the same is asked without an envelope', async () => {
  const backup = await manual();
  const input = { delete: { backupId: idOf(backup), reason } };
  await here.run(applyRetention(here.world)(receive(retentionDoor, input), here.invocation()));
  expect(await here.states(adHoc)).toEqual({ DELETED: 1 });
});
