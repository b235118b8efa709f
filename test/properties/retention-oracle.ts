import { instantOf } from '../../shared/names.ts';
import type { Keep } from '../../shared/plan.ts';
import type { Backup } from '../../shared/run.ts';
import { wallAt } from './wall-clock.ts';

type Period = Exclude<keyof Keep, 'withinMs' | 'afterTableDeletedMs'>;

/** What the wall showed when the run was due, in words that only two times of one period share. */
const periods: Record<Period, (zone: string, at: number, stamp: string) => string> = {
  last: (_zone, _at, stamp) => stamp,
  hourly: (zone, at) => {
    const { year, month, date, hour, offset } = wallAt(zone, at);
    return `${year}-${month}-${date} ${hour} ${offset}`;
  },
  daily: (zone, at) => {
    const { year, month, date } = wallAt(zone, at);
    return `${year}-${month}-${date}`;
  },
  weekly: (zone, at) => mondayOf(zone, at),
  monthly: (zone, at) => {
    const { year, month } = wallAt(zone, at);
    return `${year}-${month}`;
  },
  yearly: (zone, at) => `${wallAt(zone, at).year}`,
};

/** Goes back day by day to the Monday of the week. */
function mondayOf(zone: string, at: number): string {
  const { year, month, date } = wallAt(zone, at);
  const day = new Date(Date.UTC(year, month - 1, date));
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}

/** Which rules keep each of these AVAILABLE backups: for each the question is asked of all the others. */
export function keepers(backups: Backup[], keep: Keep, zone: string): Map<Backup, string[]> {
  const isNewer = (one: Backup, other: Backup) =>
    one.tableId === other.tableId &&
    ((one.createdAt ?? 0) > (other.createdAt ?? 0) || (one.createdAt === other.createdAt && one.stamp > other.stamp));

  return new Map(
    backups.map((backup) => {
      const newer = backups.filter((other) => isNewer(other, backup));
      const by = Object.entries(keep).filter(([rule, value]) => {
        if (rule === 'withinMs')
          return newer.every(({ createdAt = 0 }) => createdAt - (backup.createdAt ?? 0) <= value);
        const periodOf = ({ stamp }: Backup) => periods[rule as Period](zone, instantOf(stamp), stamp);
        const newerPeriods = new Set(newer.map(periodOf));
        return !newerPeriods.has(periodOf(backup)) && newerPeriods.size < value;
      });
      return [backup, by.map(([rule]) => (rule === 'withinMs' ? 'within' : rule))];
    }),
  );
}
