import { createHash } from 'node:crypto';
import { backupNamePattern } from '../events/patterns.ts';
import type { Target } from './target.ts';

/** The plan name of runs that somebody asked for over tables; `plans.yml` may not use it. */
export const adHoc = 'ad-hoc';

/** What a run is named by. Firing twice gives the same, so it is the same run. */
export interface RunName {
  target: Target;
  plan: string;
  /** The scheduled second, `20260131T020000Z`, and for a request `-<8 hex of its id>`. */
  stamp: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Eight characters made from the catalog's generated name: no two installations in an account share them. */
export function installationOf(catalogName: string): string {
  return sha256(catalogName).slice(0, 8);
}

/** The stamp of a firing, or of the request with that id. */
export function stampOf(scheduledAt: number, requestId?: string): string {
  const second = `${new Date(scheduledAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return requestId === undefined ? second : `${second}-${sha256(requestId).slice(0, 8)}`;
}

/** The instant that a stamp was made from, to the second, epoch ms. */
export function instantOf(stamp: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(stamp) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** `<account>/<region>/<plan>/<stamp>`, in events and logs. */
export function runId({ target, plan, stamp }: RunName): string {
  return `${target.account}/${target.region}/${plan}/${stamp}`;
}

/** The reverse of `runId`. */
export function parseRunId(id: string): RunName {
  const [account = '', region = '', plan = '', stamp = ''] = id.split('/');
  return { target: { account, region }, plan, stamp };
}

/** What a backup's name says. */
export interface BackupName {
  installation: string;
  plan: string;
  stamp: string;
  hash: string;
}

const hashOf = (installation: string, run: RunName, tableId: string) =>
  sha256(`${installation}/${runId(run)}/${tableId}`).slice(0, 12);

/**
 * `tk-<installation>-<plan>-<stamp>-<hash of installation, run and table id>`: the same for every attempt of one
 * (run, table), different for any other. At most 3 + 9 + 33 + 26 + 12 = 83 of AWS's 255 characters.
 */
export function backupName(installation: string, run: RunName, tableId: string): string {
  return `tk-${installation}-${run.plan}-${run.stamp}-${hashOf(installation, run, tableId)}`;
}

/** What the name was made from, or undefined when it is not of our form. A fitting name proves nothing: the ledger does. */
export function parseBackupName(name: string): BackupName | undefined {
  const { installation, plan, stamp, hash } = backupNamePattern.exec(name)?.groups ?? {};
  if (!installation || !plan || !stamp || !hash) return undefined;
  return { installation, plan, stamp, hash };
}
