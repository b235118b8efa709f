import { iso } from '../clock.ts';
import type { Mistake } from '../task/task.ts';
import type { Found } from './look.ts';

/** Everything that stands in the way of an export, by what was found. */
export function mistakesOfFound(found: Found): Mistake[] {
  return [...found.mistakes, ...ofTable(found), ...ofTimes(found), ...ofBucket(found), ...ofKey(found)];
}

const has = ({ mistakes }: Found, field: string): boolean => mistakes.some((other) => other.field.startsWith(field));

function ofTable(found: Found): Mistake[] {
  const { table, window, request, tableName, target } = found;
  if (has(found, 'source')) return [];
  if (table === undefined) {
    return [
      {
        field: request.source.tableArn === undefined ? 'source.table' : 'source.tableArn',
        problem: `There is no table ${tableName} in ${target.account}/${target.region}.`,
        remedy: 'Correct the name, or where it is; a table that is gone can be restored and then exported.',
      },
    ];
  }
  if (window !== undefined || request.enablePointInTimeRecovery === true) return [];
  return [
    {
      field: 'source',
      problem: `Point-in-time recovery of ${tableName} is off, and exports are made from it.`,
      remedy: 'Switch it on, or give enablePointInTimeRecovery: true for a full export of now; it stays on, and costs.',
    },
  ];
}

/** An instant of the window of recovery, up to now, as AWS counts: in whole seconds. */
function ofTimes({ window, request, now }: Found): Mistake[] {
  if (window === undefined) return [];
  const [earliest, latest] = [Math.floor(window.earliest / 1000) * 1000, Math.max(now, window.latest)];
  const instants = {
    exportTime: request.exportTime,
    'window.from': request.window?.from,
    'window.until': request.window?.until,
  };
  return Object.entries(instants).flatMap(([field, text]) => {
    if (text === undefined) return [];
    const at = Date.parse(text);
    if (at >= earliest && at <= latest) return [];
    const problem = `${text} is outside of what can be exported: from ${iso(earliest)} to ${iso(latest)}.`;
    return [{ field, problem, remedy: 'Give an instant between these.' }];
  });
}

function ofBucket(found: Found): Mistake[] {
  const { bucket, bucketState, allowed, request } = found;
  const field = 'destination.bucket';
  const asked = request.destination.bucket;
  if (bucket === undefined) {
    const names = allowed.map(({ name }) => name).join(', ');
    const problem = `The deployment lets exports be written to ${names === '' ? 'no bucket' : names}${names === '' ? '' : ' only'}, not to ${asked}.`;
    const all = [...allowed.map(({ name, owner }) => `${name}=${owner}`), `${asked}=<its owner's account>`].join(',');
    return [{ field, problem, remedy: `Allow it: deploy with --param="exportBuckets=${all}".` }];
  }
  if (bucketState !== 'missing') return [];
  return [{ field, problem: `There is no bucket ${asked}.`, remedy: 'Make it, or name another one of exportBuckets.' }];
}

function ofKey({ keyState, request }: Found): Mistake[] {
  if (keyState === undefined || keyState === 'Enabled') return [];
  const { keyArn } = request.destination.encryption ?? {};
  return [
    {
      field: 'destination.encryption.keyArn',
      problem:
        keyState === 'Deleted'
          ? `There is no key ${keyArn}.`
          : `The key ${keyArn} is ${keyState}, so nothing can be written with it.`,
      remedy: 'Name a key that is enabled, or leave it out.',
    },
  ];
}
