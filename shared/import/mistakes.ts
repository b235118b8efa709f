import type { Mistake } from '../task/task.ts';
import type { Found } from './look.ts';

/** Everything that stands in the way of an import, by what was found. */
export function mistakesOfFound(found: Found, isCatalog: boolean): Mistake[] {
  return [...found.mistakes, ...ofName(found, isCatalog), ...ofBucket(found), ...ofKey(found)];
}

function ofName({ taken, target, request }: Found, isCatalog: boolean): Mistake[] {
  const { tableName } = request.target;
  const field = 'target.tableName';
  if (isCatalog) {
    const problem = `${tableName} is the catalog of this Tablekeep; an import never overwrites.`;
    return [{ field, problem, remedy: 'Give another name.' }];
  }
  if (taken === undefined) return [];
  const isGoing = taken.status === 'DELETING';
  return [
    {
      field,
      problem: `There is a table ${tableName} in ${target.account}/${target.region} (${taken.id}, ${taken.status}); an import never overwrites.`,
      remedy: isGoing
        ? 'Wait until it is deleted, or give another name.'
        : 'Give another name, or delete that table yourself first.',
    },
  ];
}

function ofBucket({ bucket, allowed, request }: Found): Mistake[] {
  if (bucket !== undefined) return [];
  const asked = request.source.bucket;
  const names = allowed.map(({ name }) => name).join(', ');
  const problem = `The deployment lets imports be read from ${names === '' ? 'no bucket' : `${names} only`}, not from ${asked}.`;
  const all = [...allowed.map(({ name, owner }) => `${name}=${owner}`), `${asked}=<its owner's account>`].join(',');
  return [{ field: 'source.bucket', problem, remedy: `Allow it: deploy with --param="exportBuckets=${all}".` }];
}

function ofKey({ key }: Found): Mistake[] {
  if (key === undefined || key.state === 'Enabled') return [];
  const { field, arn, state } = key;
  const isGone = state === 'Deleted';
  const problem = isGone
    ? `There is no key ${arn}.`
    : `The key ${arn} is ${state}, so no table can be encrypted with it.`;
  const remedy = 'Name a key of the target that is enabled, or give null for the key that AWS owns.';
  return [{ field, problem, remedy }];
}
