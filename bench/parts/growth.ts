import { planOf } from '../../shared/plan.ts';
import { judge } from '../../shared/retention.ts';
import type { Backup } from '../../shared/run.ts';
import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import { selectTables } from '../../shared/selection.ts';
import { nightly } from '../../test/run/nightly.ts';
import type { Figure } from '../figure.ts';

const dayMs = 86_400_000;
const nights = 60;
const firstNight = Date.parse('2026-01-01T02:00:00Z');
const target = { account: '123456789012', region: 'us-east-1' };

/** Plans, selects and judges that many tables with 60 backups each: seconds of one core. */
function secondsFor(tables: number): number {
  const named = Array.from({ length: tables }, (_, id) => ({ name: `orders-${id}`, id: `t${id}`, tags: {} }));
  const backups: Backup[] = Array.from({ length: nights }, (_, night) => firstNight + night * dayMs).flatMap((at) =>
    named.map(({ name, id }) => ({
      ...{ target, plan: 'nightly', stamp: new Date(at).toISOString().replace(/[-:]|\.000/g, '') },
      ...{ tableId: id, tableName: name, state: 'AVAILABLE', attempt: 1, createdAt: at, backupArn: `${id}/${at}` },
    })),
  );
  const begun = process.cpuUsage();
  const plan = planOf('nightly', { ...nightly, keep: { last: 3, daily: 7, weekly: 4, monthly: 6 } });
  const now = nextFiring(parseSchedule(plan.schedule, plan.timezone), firstNight + nights * dayMs) ?? 0;
  const selected = selectTables(named, plan.tables);
  const verdicts = judge(backups, plan.keep, { zone: 'Europe/Berlin', now, goneAt: () => undefined });
  const seconds = process.cpuUsage(begun).user / 1e6;
  if (selected.length !== tables || verdicts.length !== backups.length) throw new Error('Not all were looked at.');
  return seconds;
}

export async function measure(): Promise<Figure[]> {
  secondsFor(1000);
  const median = (tables: number) => [1, 2, 3].map(() => secondsFor(tables)).sort((one, other) => one - other)[1] ?? 0;
  const [small, large] = [median(1000), median(10_000)];
  const what = 'plan, select and judge';
  const on = 'no clock';
  return [
    { figure: `${what} 1,000 tables × 60 backups`, value: small, unit: 's of a core', on },
    { figure: `${what} 10,000 tables × 60 backups`, value: large, unit: 's of a core', on },
    { figure: 'growth from 1,000 to 10,000 tables', value: large / small, unit: 'times', atMost: 15, on },
  ];
}
