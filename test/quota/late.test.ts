import { afterEach, describe, expect, test } from 'vitest';
import type { PacedOperation } from '../../shared/quota-rates.ts';
import type { World } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { hub, type Local, local } from '../support/world.ts';

let here: Local | undefined;
afterEach(() => here?.close());

const name = 'orders';
const arn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';
const backupArn = `${arn}/backup/01769824800000-0a1b2c3d`;
const never = Number.POSITIVE_INFINITY;

/** Every operation that has slots, as its callers make it. */
const calls: [PacedOperation, (world: World) => Promise<unknown>][] = [
  ['CreateBackup', (world) => world.dynamodb(hub, 'backup').createBackup(name, 'a-backup', never)],
  ['DeleteBackup', (world) => world.dynamodb(hub, 'retain').deleteBackup(backupArn, never)],
  ['ListBackups', (world) => world.dynamodb(hub, 'read').listBackups({ from: 0, until: 1 })],
  ['ListBackups', (world) => world.restores(hub).listBackups(name)],
  ['DescribeBackup', (world) => world.dynamodb(hub, 'read').describeBackup(backupArn)],
  ['DescribeBackup', (world) => world.restores(hub).describeBackup(backupArn)],
  ['DescribeContinuousBackups', (world) => world.restores(hub).recoveryWindow(name)],
  ['DescribeContinuousBackups', (world) => world.exports(hub).recoveryWindow(name)],
  ['DescribeContinuousBackups', ({ settingsApi }) => settingsOf(settingsApi).describeContinuousBackups(table)],
  ['DescribeTimeToLive', ({ settingsApi }) => settingsOf(settingsApi).describeTimeToLive(table)],
  ['ListTagsOfResource', ({ settingsApi }) => settingsOf(settingsApi).listTags({ ResourceArn: arn })],
  [
    'RestoreTableFromBackup',
    (world) => {
      const input = { TargetTableName: 'copy', BackupArn: backupArn };
      return world.restores(hub).start({ operation: 'RestoreTableFromBackup', input }, never);
    },
  ],
  [
    'RestoreTableToPointInTime',
    (world) => {
      const input = { TargetTableName: 'copy', SourceTableArn: arn };
      return world.restores(hub).start({ operation: 'RestoreTableToPointInTime', input, at: 0 }, never);
    },
  ],
];
const table = { TableName: name };
const settingsOf = (settingsApi: World['settingsApi']) => settingsApi(hub, 'read').table;

describe.each(calls)('a %s in its slot', (operation, call) => {
  test.each([
    [300, false],
    [200, true],
  ])('that stands still for %i ms before it is signed leaves: %s', async (ms, leaves) => {
    here = await local({ isWhole: true });
    const { world } = here.world();
    let sent = 0;
    const counted = here.aws.handle;
    here.aws.handle = (request) => {
      if (request.headers['x-amz-target']?.endsWith(`.${operation}`)) sent++;
      return counted(request);
    };
    const late = async () => {
      await world.clock.sleep(ms);
      // What AWS answers is another matter.
      return call(world).catch((error: unknown) => {
        if ((error as Error).name === 'MissedSlot') throw error;
      });
    };
    const [slot = 0] = await done(here, world.quotas.leaseSlots(hub, operation, 1));
    const made = await done(here, world.quotas.inSlot(hub, operation, slot, late));
    expect([made !== undefined, sent]).toEqual([leaves, leaves ? 1 : 0]);
  });
});

test('whoever missed his slot is given another, and the caller learns nothing of it', async () => {
  here = await local();
  const { world } = here.world();
  let times = 0;
  const list = async () => {
    await world.clock.sleep(times++ === 0 ? 3000 : 0);
    return world.dynamodb(hub, 'read').listBackups({ from: 0, until: 1 });
  };
  expect(await done(here, world.quotas.pace(hub, 'ListBackups', list))).toEqual({ backups: [] });
  expect([times, here.dynamodb.counters().ListBackups?.accepted]).toEqual([2, 1]);
});

test('a process that stands still is late with a call only where it has been signed and is on its way', async () => {
  const lateAfter: number[] = [];
  for (let at = 0, points = 1; at < points; at++) {
    here = await local();
    const { world, worker } = here.world((point) => (point === at ? { freezeMs: 5000 } : undefined));
    let slot = 0;
    here.aws.onCall(({ call, at: sentAt }) => {
      const { ':next': next } = (call.input.ExpressionAttributeValues ?? {}) as Record<string, { N: string }>;
      if (next) slot = Number(next.N) - 250;
      if (call.operation === 'ListBackups' && sentAt > slot + 250) lateAfter.push(at);
    });
    const list = () => world.dynamodb(hub, 'read').listBackups({ from: 0, until: 1 });
    expect(await done(here, world.quotas.pace(hub, 'ListBackups', list))).toEqual({ backups: [] });
    points = worker.points;
    here.close();
  }
  expect(lateAfter).toHaveLength(1);
});
