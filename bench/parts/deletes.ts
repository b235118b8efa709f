import { onFact } from '../../demo/facts.ts';
import type { Received } from '../../shared/door.ts';
import { backupItem } from '../../shared/ledger.ts';
import { backupName, stampOf } from '../../shared/names.ts';
import { applyRetention, type retentionDoor } from '../../shared/retention/trigger.ts';
import { beat } from '../../shared/run/heartbeat.ts';
import type { Backup } from '../../shared/run.ts';
import type { World } from '../../shared/world.ts';
import { nightly } from '../../test/run/nightly.ts';
import { done } from '../../test/support/done.ts';
import { hub, type Local, local } from '../../test/support/world.ts';
import type { Figure } from '../figure.ts';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** Every table has a backup of each night, and all but the last have expired. */
interface Nights {
  tables: number;
  nights: number;
}

/** What that many nights leave: backups at AWS and their entries. */
async function manyNights(here: Local, world: World, { tables, nights }: Nights): Promise<void> {
  const startedAt = here.clock.now();
  for (let table = 0; table < tables; table++) await here.createTable(`orders-${table}`);
  await here.clock.run(startedAt + minuteMs);
  for (let night = 1; night <= nights; night++) {
    await here.clock.run(startedAt + night * dayMs);
    const run = { target: hub, plan: 'nightly', stamp: stampOf(here.clock.now()) };
    const taken = Array.from({ length: tables }, async (_, table) => {
      const tableName = `orders-${table}`;
      const { Table } = await here.call<{ Table: { TableId: string } }>('DescribeTable', { TableName: tableName });
      const BackupName = backupName(world.installation, run, Table.TableId);
      const { BackupDetails: made } = await here.call<{
        BackupDetails: { BackupArn: string; BackupCreationDateTime: number };
      }>('CreateBackup', { TableName: tableName, BackupName });
      const createdAt = here.clock.now();
      const backup: Backup = { ...run, tableId: Table.TableId, tableName, state: 'AVAILABLE', attempt: 1, createdAt };
      await world.catalog.put(backupItem({ ...backup, backupArn: made.BackupArn }));
    });
    await done(here, Promise.all(taken));
  }
  await here.clock.run(here.clock.now() + minuteMs);
}

/** Until an event has been delivered and Lambda has started an environment. */
const startMs = 500;

/** A plan that keeps one backup of each table, confirmed by hand, in as many invocations as it takes. */
export async function deleteExpired(of: Nights, invocationMs: number) {
  const here = await local({
    plans: { nightly: { ...nightly, keep: { last: 1 } } },
    isImmortal: true,
    dynamodb: { simultaneousTableOperations: 10_000, rates: { CreateBackup: { perSecond: 1e6, burst: 1e6 } } },
  });
  await manyNights(here, here.world().world, of);
  const sentAt: number[] = [];
  here.aws.onCall(({ call, at }) => {
    if (call.operation === 'DeleteBackup') sentAt.push(at);
  });
  let invocations = 0;
  let failure: unknown;
  const invoke = (received: Received<typeof retentionDoor>) => {
    const invocation = { id: `invocation-${++invocations}`, endsAt: here.clock.now() + invocationMs };
    applyRetention(here.world().world)(received, invocation).catch((error: unknown) => {
      failure = error;
    });
  };
  let deleted: number | undefined;
  onFact(here.aws, ({ type, detail }) => {
    if (type === 'Retention Completed') deleted = Number(detail.deleted);
    if (type === 'Work Due') here.clock.at(here.clock.now() + startMs, () => invoke({ type, detail } as never));
  });
  const everyMinute = () => {
    here.clock.at(here.clock.now() + minuteMs, everyMinute);
    beat(here.world().world)();
  };
  everyMinute();
  invoke({ type: 'bare', detail: { plan: 'nightly', confirm: true } });
  await here.until(() => deleted !== undefined || failure !== undefined);
  if (failure !== undefined) throw failure;
  const { throttled = 0 } = here.dynamodb.counters().DeleteBackup ?? {};
  here.close();
  const seconds = ((sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0)) / 1000;
  return { deleted: deleted ?? 0, invocations, throttled, sentAt, share: ((sentAt.length - 1) / seconds) * 10 };
}

const on = 'virtual clock';

export async function measure(): Promise<Figure[]> {
  const { deleted, invocations, throttled, share } = await deleteExpired({ tables: 100, nights: 101 }, 15 * minuteMs);
  const exactly = { isExact: true, on } as const;
  return [
    { figure: '10,000 expired backups, gone', value: deleted, unit: 'backups', atLeast: 10_000, ...exactly },
    { figure: 'share of 10 a second over all invocations', value: share, unit: '%', atLeast: 98, ...exactly },
    { figure: 'invocations', value: invocations, unit: '', on },
    { figure: 'throttles', value: throttled, unit: 'calls', atMost: 0, ...exactly },
  ];
}
