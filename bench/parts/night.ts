import { prices } from '../../deploy/checks/cost.ts';
import type { Random } from '../../local/random.ts';
import { nightly, withTables } from '../../test/run/nightly.ts';
import { metering, nothingMetered } from '../../test/support/meter.ts';
import { service } from '../../test/support/service.ts';
import type { Figure } from '../figure.ts';

const tables = 10_000;

/** Log-normal, 8 s in the middle, 120 s at 99 %. */
const spread = Math.log(120 / 8) / 2.326;
function backupMs(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.number())) * Math.cos(2 * Math.PI * random.number());
  return Math.round(8000 * Math.exp(spread * normal));
}

const at = (sorted: number[], share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;

/** take-backups: 512 MB, billed while it drives the run. */
const gigabytes = 0.5;

/** One night of one plan over 10,000 tables in one target. */
export async function measure(): Promise<Figure[]> {
  const availableAt = new Map<string, number>();
  const here = await withTables(tables, {
    plans: { nightly },
    isImmortal: true,
    dynamodb: {
      tables: tables + 1,
      simultaneousTableOperations: 2 * tables,
      backupMs: (backup, random) => {
        const ms = backupMs(random);
        availableAt.set(backup.tableName, here.clock.now() + ms);
        return ms;
      },
    },
  });
  const metered = nothingMetered();
  here.aws.intercept(metering(metered));
  const sentAt: number[] = [];
  here.aws.onCall(({ call, at }) => {
    if (call.operation === 'CreateBackup') sentAt.push(at);
  });
  const functions = service(here);
  const startedAt = here.clock.now();
  functions.fire('nightly');
  await functions.untilEnded();
  const completed = functions.factsOf('Backup Completed');
  const seconds = (until: number) => (until - startedAt) / 1000;
  const lags = completed
    .map((fact) => (fact.at - (availableAt.get(String(fact.detail.table)) ?? 0)) / 1000)
    .sort((one, other) => one - other);
  const { byOperation, writeUnits, readUnits, events } = metered;
  const watching = (byOperation.ListBackups ?? 0) + (byOperation.DescribeBackup ?? 0);
  const throttled = here.dynamodb.counters().CreateBackup?.throttled ?? 0;
  const lastAt = Math.max(...completed.map((fact) => fact.at));
  const drivenSeconds = seconds(lastAt);
  const dollars =
    writeUnits * prices.writeUnit +
    readUnits * prices.readUnit +
    events * prices.event +
    drivenSeconds * gigabytes * prices.gigabyteSecond +
    // BackupCompleted, QuotaShare and RunSeconds, for an hour each.
    3 * prices.metricHour;
  here.close();

  const on = 'virtual clock';
  const per = (count: number) => count / tables;
  return [
    {
      figure: '10,000 tables: until the last CreateBackup',
      value: seconds(Math.max(...sentAt)),
      unit: 's',
      atMost: 205,
      on,
    },
    { figure: '10,000 tables: until the last Backup Completed', value: drivenSeconds, unit: 's', on },
    { figure: 'backups completed', value: completed.length, unit: 'of 10,000', atLeast: tables, isExact: true, on },
    { figure: 'throttles', value: throttled, unit: 'calls', atMost: 0, isExact: true, on },
    { figure: 'watcher: calls per backup', value: per(watching), unit: 'calls', atMost: 0.15, isExact: true, on },
    { figure: 'watcher: lag behind AWS, p50', value: at(lags, 0.5), unit: 's', atMost: 7, on },
    { figure: 'watcher: lag behind AWS, p99', value: at(lags, 0.99), unit: 's', atMost: 30, on },
    { figure: 'write units per backup', value: per(writeUnits), unit: 'units', atMost: 4, isExact: true, on },
    { figure: 'calls per backup', value: per(metered.calls), unit: 'calls', on },
    {
      figure: 'AWS cost per 1,000 backups, storage aside',
      value: per(dollars) * 1000,
      unit: 'US dollars',
      atMost: 0.005,
      isExact: true,
      on,
    },
  ];
}
