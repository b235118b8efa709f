import { backupItem } from '../../shared/ledger.ts';
import { backupName, stampOf } from '../../shared/names.ts';
import { retain } from '../../shared/retention/apply.ts';
import type { Backup } from '../../shared/run.ts';
import type { World } from '../../shared/world.ts';
import { nightly } from '../../test/run/nightly.ts';
import { done } from '../../test/support/done.ts';
import { hub, type Local, local } from '../../test/support/world.ts';
import type { Figure } from '../figure.ts';

const tables = 100;
const nights = 101;
const expired = tables * (nights - 1);
const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** What that many nights leave: backups at AWS and their entries. */
async function manyNights(here: Local, world: World): Promise<void> {
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

/** A plan that keeps one backup of each table, confirmed, in invocations of 15 minutes that the heartbeat starts. */
export async function measure(): Promise<Figure[]> {
  const here = await local({
    plans: { nightly: { ...nightly, keep: { last: 1 } } },
    isImmortal: true,
    dynamodb: { simultaneousTableOperations: 10_000, rates: { CreateBackup: { perSecond: 1e6, burst: 1e6 } } },
  });
  await manyNights(here, here.world().world);
  /** By invocation. */
  const sentAt: number[][] = [];
  here.aws.onCall(({ call, at }) => {
    if (call.operation === 'DeleteBackup') sentAt.at(-1)?.push(at);
  });
  let deleted: number | undefined;
  while (deleted === undefined) {
    const { world } = here.world();
    sentAt.push([]);
    const invocation = { id: `invocation-${sentAt.length}`, endsAt: here.clock.now() + 15 * minuteMs };
    const of = { plan: 'nightly', target: hub };
    deleted = (await done(here, retain(world, of, invocation, { confirm: true })))?.deleted;
    if (deleted === undefined) await here.clock.run(Math.ceil((here.clock.now() + 1) / minuteMs) * minuteMs);
  }
  const { throttled = 0 } = here.dynamodb.counters().DeleteBackup ?? {};
  here.close();
  const share = (at: number[]) => ((at.length - 1) / ((at.at(-1) ?? 0) - (at[0] ?? 0))) * 1e4;
  const on = 'virtual clock';
  return [
    {
      figure: 'deletes: 10,000 expired backups, gone',
      value: deleted,
      unit: 'backups',
      atLeast: expired,
      isExact: true,
      on,
    },
    {
      figure: 'deletes: share of 10 a second in the first invocation',
      value: share(sentAt[0] ?? []),
      unit: '%',
      atLeast: 98,
      on,
    },
    {
      figure: 'deletes: share of 10 a second, with the time between invocations',
      value: share(sentAt.flat()),
      unit: '%',
      on,
    },
    { figure: 'deletes: invocations', value: sentAt.length, unit: '', on },
    { figure: 'deletes: throttles', value: throttled, unit: 'calls', atMost: 0, isExact: true, on },
  ];
}
