import { afterEach, describe, expect, test } from 'vitest';
import { backupsAtAws, close, nightly, seconds, start, verdict } from './nightly.ts';

afterEach(close);

const hour = 3_600_000;

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
