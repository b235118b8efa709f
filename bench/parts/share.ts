import { CreateBackupCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inProcess } from '../../local/transport.ts';
import { kindOf } from '../../shared/errors.ts';
import type { World } from '../../shared/world.ts';
import { hub, type Local, local } from '../../test/support/world.ts';
import type { Figure } from '../figure.ts';

const backups = 3000;
/** A rate that is cut and climbs again takes longer to show what it is. */
const backupsBesideOthers = 10_000;
const skews = [0, 100, -100];

interface Shared {
  /** Of ours, accepted a second. */
  perSecond: number;
  throttled: number;
  quotaWrites: number;
}

/**
 * Workers as take-backups sends: a second's worth of slots, then each in its slot; until that many backups are made.
 * The service takes 50 a second with a burst of 10, and `others` are evenly spread.
 */
async function share(workers: number, backups: number, others = 0): Promise<Shared> {
  const here = await local({ isImmortal: true, dynamodb: { simultaneousTableOperations: 100_000 } });
  await here.createTable('orders');
  await here.clock.run(here.clock.now() + 10_000);
  const sentAt: number[] = [];
  let quotaWrites = 0;
  let throttled = 0;
  let wanted = backups;
  const isOver = () => sentAt.length >= backups;
  here.aws.onCall(({ call, at, error }) => {
    if (call.operation === 'UpdateItem') quotaWrites++;
    if (call.operation !== 'CreateBackup' || call.input.BackupName === 'theirs') return;
    if (error === undefined) sentAt.push(at);
    else throttled++;
  });
  const send = async (world: World, slot: number): Promise<void> => {
    if (!(await world.quotas.untilSlot(hub, 'CreateBackup', slot))) {
      wanted++;
      return;
    }
    try {
      await world.dynamodb(hub, 'backup').createBackup('orders', 'ours', here.clock.now() + 60_000);
    } catch (error) {
      if (kindOf(error) !== 'throttle') throw error;
      wanted++;
      await world.quotas.throttled(hub, 'CreateBackup');
    }
  };
  const work = async (world: World): Promise<void> => {
    while (!isOver()) {
      if (wanted <= 0) await world.clock.sleep(20);
      const slots = wanted > 0 ? await world.quotas.leaseSlots(hub, 'CreateBackup', Math.min(wanted, 49)) : [];
      wanted -= slots.length;
      for (const slot of slots) send(world, slot);
    }
  };
  for (let n = 0; n < workers; n++) work(here.world(undefined, skews[n % 3]).world);
  if (others > 0) elsewhere(here, others, isOver);
  await here.until(isOver);
  here.close();
  const seconds = ((sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0)) / 1000;
  return { perSecond: (sentAt.length - 1) / seconds, throttled, quotaWrites };
}

/** Somebody who takes so many a second of the same quota, and tries each once. */
async function elsewhere({ aws, clock }: Local, perSecond: number, isOver: () => boolean): Promise<void> {
  const client = new DynamoDBClient({
    region: hub.region,
    maxAttempts: 1,
    credentials: { accessKeyId: hub.account, secretAccessKey: 'secret' },
    requestHandler: { ...inProcess(aws) },
  });
  while (!isOver()) {
    client.send(new CreateBackupCommand({ TableName: 'orders', BackupName: 'theirs' })).catch(() => {});
    await new Promise<void>((wake) => clock.at(clock.now() + 1000 / perSecond, wake));
  }
}

/** The share of CreateBackup's 50 a second that is used while work is waiting. */
export async function measure(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const on = 'virtual clock';
  for (const workers of [1, 2, 10, 50]) {
    const { perSecond, throttled, quotaWrites } = await share(workers, backups);
    const by = `${workers} worker${workers > 1 ? 's, clocks ±100 ms' : ''}`;
    figures.push(
      { figure: `share of the quota, ${by}`, value: perSecond * 2, unit: '%', atLeast: 97.8, on },
      { figure: `throttles, ${by}`, value: throttled, unit: 'calls', atMost: 0, isExact: true, on },
      {
        figure: `quota writes per CreateBackup, ${by}`,
        value: quotaWrites / backups,
        unit: 'writes',
        ...(workers <= 2 ? { atMost: 0.03 } : { atMost: 1 }),
        isExact: true,
        on,
      },
    );
  }
  const { perSecond, throttled } = await share(2, backupsBesideOthers, 5);
  figures.push(
    {
      figure: 'share of what is left, another user takes 5 a second, 2 workers',
      value: (perSecond / 45) * 100,
      unit: '%',
      atLeast: 97,
      on,
    },
    {
      figure: 'throttles per 1,000 of ours, another user takes 5 a second',
      value: (throttled / backupsBesideOthers) * 1000,
      unit: 'calls',
      atMost: 5,
      isExact: true,
      on,
    },
  );
  return figures;
}
