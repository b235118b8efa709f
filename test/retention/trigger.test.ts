import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { receive } from '../../shared/door.ts';
import { everyPlanInTarget } from '../../shared/retention/deployed.ts';
import { type Answer, applyRetention, retentionDoor } from '../../shared/retention/trigger.ts';
import type { World } from '../../shared/world.ts';
import { aPlan, hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

async function begin(...plans: ReturnType<typeof aPlan>[]): Promise<void> {
  here = await surroundings('2026-01-01T00:00Z', plans.length > 0 ? plans : undefined);
  await here.table('orders');
  for (const day of [2, 3, 4]) await here.backUpAll(`2026-01-0${day}T02:00Z`, ['orders']);
}

const send = (event: unknown, world: World = here.world) =>
  here.run(applyRetention(world)(receive(retentionDoor, event), here.invocation())) as Promise<Answer[]>;

const envelope = (type: string, detail: object) => ({
  id: '5c6f5b1e-0000-4000-8000-000000000000',
  account: hub.account,
  source: 'tablekeep',
  time: '2026-01-04T02:01:00Z',
  'detail-type': type,
  detail: { id: 'a', installation: '00000000', at: '2026-01-04T02:01:00.000Z', sentence: 'A.', ...detail },
});

const runCompleted = envelope('Run Completed', {
  run: '123456789012/us-east-1/nightly/20260104T020000Z',
  plan: 'nightly',
  ...hub,
  scheduledAt: '2026-01-04T02:00:00.000Z',
  seconds: 5,
  tables: 1,
  completed: 1,
  failed: 0,
  skipped: 0,
  throttled: 0,
  failedTables: [],
});

test('the end of a run applies the rules of its plan in its target', async () => {
  await begin();
  expect(await send(runCompleted)).toEqual([
    {
      plan: 'nightly',
      target: '123456789012/us-east-1',
      retained: { kept: 2, deleted: 1, failed: 0, throttled: 0 },
    },
  ]);
});

test('without a word every plan becomes due in each of its targets, and so does what belongs to no plan', async () => {
  await begin();
  await send({});
  const due = await here.world.catalog.due(here.clock.now(), 10);
  expect(due.map(({ pk }) => pk).sort()).toEqual(['123456789012/us-east-1#ad-hoc', '123456789012/us-east-1#nightly']);
  for (const { pk, sk } of due) await send(envelope('Work Due', { work: 'retention', key: `${pk}|${sk}` }));
  expect(await here.states()).toEqual({ AVAILABLE: 2, DELETED: 1 });
  expect(await here.world.catalog.due(here.clock.now() + 86_400_000, 10)).toEqual([]);
});

test('what is due is done once, however often that is told', async () => {
  await begin();
  await send({});
  const due = envelope('Work Due', { work: 'retention', key: `${hub.account}/${hub.region}#nightly|retention` });
  await send(due);
  const told = here.told('Retention Completed').length;
  await send(due);
  expect(here.told('Retention Completed')).toHaveLength(told);
  expect(told).toBe(1);
});

test('what is due and AWS refuses is thrown as often as Lambda invokes it, so that somebody is told, and then not due', async () => {
  await begin();
  await send({});
  here.aws.intercept(async (call, perform) => {
    if (call.operation === 'DeleteBackup') throw new AwsError('AccessDeniedException', 'not authorized');
    return perform();
  });
  const key = `${hub.account}/${hub.region}#nightly|retention`;
  const due = receive(retentionDoor, envelope('Work Due', { work: 'retention', key }));
  const invocation = here.invocation();
  for (const attempt of [1, 2, 3]) {
    const applied = here.run(applyRetention(here.world)(due, invocation));
    await expect(applied, `attempt ${attempt}`).rejects.toThrow('not authorized');
    await here.pass(here.clock.now() + attempt * 60_000);
  }
  const left = await here.world.catalog.due(here.clock.now() + 86_400_000, 10);
  expect(left.map(({ pk }) => pk)).toEqual(['123456789012/us-east-1#ad-hoc']);
  expect(await here.run(applyRetention(here.world)(due, here.invocation()))).toMatchObject([{ plan: 'nightly' }]);
});

test('a dry run reports every verdict, writes nothing and deletes nothing', async () => {
  await begin();
  const from = here.calls.length;
  const [answer] = await send({ plan: 'nightly', dryRun: true });
  expect(
    answer?.verdicts?.map(({ table, createdAt, keptBy, expiredBecause }) => [
      table,
      createdAt.slice(0, 10),
      keptBy,
      expiredBecause,
    ]),
  ).toEqual([
    ['orders', '2026-01-02', [], 'No rule keeps it any more: last 2.'],
    ['orders', '2026-01-04', ['last'], undefined],
    ['orders', '2026-01-03', ['last'], undefined],
  ]);
  const operations = new Set(here.calls.slice(from).map(({ operation }) => operation));
  expect([...operations].sort()).toEqual(['GetItem', 'Query']);
});

test('the backups of a plan that was removed from the file stay: asked by hand, it is refused with a sentence', async () => {
  await begin();
  const without = here.deploy(aPlan({}, 'weekly'));
  await expect(send({ plan: 'nightly' }, without)).rejects.toThrow(
    'Plan nightly is not deployed, so there are no rules: its backups stay. Deployed are: weekly.',
  );
  expect(await send(runCompleted, without)).toMatchObject([{ refused: expect.stringContaining('its backups stay') }]);
  expect(await here.states()).toEqual({ AVAILABLE: 3 });
});

test.each([[{ dryRun: true }], [{ confirm: true }], [{}]])(
  'a plan that is not deployed is refused with the names of those that are: %j',
  async (more) => {
    await begin();
    await expect(send({ plan: 'nighly', ...more })).rejects.toThrow(
      'Plan nighly is not deployed, so there are no rules: its backups stay. Deployed are: nightly.',
    );
    expect(await here.states()).toEqual({ AVAILABLE: 3 });
  },
);

test.each([
  [{ plan: 'nightly', account: '999999999999', dryRun: true }],
  [{ plan: 'nightly', region: 'eu-west-1' }],
  [{ account: '999999999999' }],
])('a target that is not deployed is refused with the names of those that are: %j', async (wish) => {
  await begin();
  await expect(send(wish)).rejects.toThrow(
    /is not deployed there\. Name one of its targets: 123456789012\/us-east-1\.$/,
  );
});

test('what was due of a plan that was removed is due no more', async () => {
  await begin();
  await send({});
  const without = here.deploy(aPlan({}, 'weekly'));
  const key = `${hub.account}/${hub.region}#nightly|retention`;
  await send(envelope('Work Due', { work: 'retention', key }), without);
  const due = await here.world.catalog.due(here.clock.now(), 10);
  expect(due.map(({ pk }) => pk)).toEqual([`${hub.account}/${hub.region}#ad-hoc`]);
});

test('a target that the plan no longer has is refused as well', async () => {
  await begin();
  const moved = here.deploy(aPlan({ targets: [{ regions: ['eu-west-1'] }] }));
  expect(await send(runCompleted, moved)).toMatchObject([{ refused: expect.stringContaining('not deployed in') }]);
  expect(await here.states()).toEqual({ AVAILABLE: 3 });
});

test('an event cannot bring rules along', async () => {
  await begin();
  expect(() => receive(retentionDoor, { plan: 'nightly', keep: { last: 1 } })).toThrow(/keep/);
});

test('a confirmation names its plan', async () => {
  await begin();
  await expect(send({ confirm: true })).rejects.toThrow('Say which plan is confirmed');
});

test('a plan is judged in each of its targets, and ad-hoc wherever any plan is', () => {
  const plans = new Map([['nightly', aPlan({ targets: [{ regions: ['us-east-1', 'eu-west-1'] }] })]]);
  expect(everyPlanInTarget({ plans, hub }).map(({ plan, target }) => `${plan} ${target.region}`)).toEqual([
    'nightly us-east-1',
    'nightly eu-west-1',
    'ad-hoc us-east-1',
    'ad-hoc eu-west-1',
  ]);
});

test.each(['run-completed', 'work-due', 'retention-dry-run'])('the example %s is taken at the door', async (name) => {
  const example = JSON.parse(await readFile(`events/examples/${name}.json`, 'utf8'));
  here = await surroundings('2026-01-01T00:00Z');
  expect(receive(retentionDoor, example)).toHaveProperty('detail');
});
