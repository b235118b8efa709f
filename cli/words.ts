import { Stop } from './exit.ts';
import { bothTimes } from './times.ts';

/** `1 table`, `3 tables`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `12.3 MB`: powers of 1024, as AWS counts. */
export function bytes(count: number | undefined): string {
  if (count === undefined) return '';
  const power = count === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** An instant of the API, in this zone, else this machine's, and in UTC. */
export const shown = (instant: string | undefined, zone?: string): string =>
  instant === undefined ? '' : bothTimes(Date.parse(instant), zone);

/**
 * `2027-01-31T02:00:00Z` as it is; without a zone it is meant in this machine's.
 * @throws Stop for anything else.
 */
export function instantOf(option: string, text: string): string {
  const form = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
  const at = form.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isFinite(at)) return new Date(at).toISOString();
  throw new Stop(
    'notUnderstood',
    `${option} ${text} is no time; write 2027-01-31T02:00:00Z, or without the Z in your own zone.`,
  );
}
