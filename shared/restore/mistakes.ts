import { isUnread } from '../settings/settings.ts';
import type { Mistake } from '../task/task.ts';
import type { Found, FoundSource } from './found.ts';

type Rule = (found: Found, source: FoundSource) => Mistake[];

const shapeOf = (source: FoundSource) => (source.kind === 'backup' ? source.backup.table : source.table);

/** Everything that stands in the way, of what the request says and what there is. */
const rules: Rule[] = [otherAccount, otherRegion, nameTaken, keysUnusable, replicas, sampleKeys];

/** What was found when looking, and what follows from it; without a source only what does not need one. */
export function mistakesOfFound(found: Found): Mistake[] {
  const { source } = found;
  if (source === undefined) return [...found.mistakes, ...nameTaken(found)];
  return [...found.mistakes, ...rules.flatMap((rule) => rule(found, source))];
}

function otherAccount({ target }: Found, { place }: FoundSource): Mistake[] {
  if (target.account === place.account) return [];
  return [
    {
      field: 'target.account',
      problem: `AWS restores a table into its own account only (${place.account}), not into ${target.account}.`,
      remedy: 'Leave it out; or export the table to S3 and import it there (ExportTableToPointInTime, ImportTable).',
    },
  ];
}

function otherRegion({ request, target }: Found, { place }: FoundSource): Mistake[] {
  if (target.region === place.region || request.target.encryption !== undefined) return [];
  return [
    {
      field: 'target.encryption',
      problem: `To another Region (${target.region}) AWS restores only with a chosen encryption: keys belong to a Region.`,
      remedy:
        'Give null for the key that AWS owns, or {"type": "CUSTOMER_MANAGED", "keyArn": …} with a key of that Region.',
    },
  ];
}

function nameTaken({ taken, target, isCatalog }: Found): Mistake[] {
  if (taken === undefined) return [];
  if (isCatalog) {
    return [
      {
        field: 'target.tableName',
        problem: `${taken.name} is the catalog of this Tablekeep, which knows all backups; a restore never overwrites.`,
        remedy: 'Give another name.',
      },
    ];
  }
  const { name, status, id } = taken;
  const isGoing = status === 'DELETING';
  return [
    {
      field: 'target.tableName',
      problem: `There is a table ${name} in ${target.account}/${target.region} (${id}, ${status}); a restore never overwrites.`,
      remedy: isGoing
        ? 'Wait until it is deleted, or give another name.'
        : 'Give another name, or delete that table yourself first.',
    },
  ];
}

function keysUnusable({ keys }: Found): Mistake[] {
  return keys
    .filter(({ state }) => state !== undefined && state !== 'Enabled')
    .map(({ field, keyArn, state = '' }) => ({
      field,
      problem:
        state === 'NotFound'
          ? `There is no key ${keyArn}.`
          : `The key ${keyArn} is ${state}: nothing encrypted with it can be read.`,
      remedy: remedies[state] ?? 'Make the key usable, and ask under a new requestId.',
    }));
}

const remedies: Record<string, string> = {
  Disabled: 'Enable it (kms enable-key), and ask under a new requestId.',
  PendingDeletion: 'Cancel its deletion (kms cancel-key-deletion), enable it, and ask under a new requestId.',
  NotFound: 'Give the ARN of a key in the Region of the target.',
};

function replicas({ request, captured, unusableRegions }: Found): Mistake[] {
  const asked = request.target.replicas;
  const setting = captured?.settings.replicas;
  const known = setting && !isUnread(setting) ? setting.regions.map(({ region }) => region) : [];
  const strangers = Array.isArray(asked) ? asked.filter((region) => !known.includes(region)) : [];
  const field = 'target.replicas';
  return [
    ...strangers.map((region) => ({
      field,
      problem: `The table had no replica in ${region}; it had ${known.join(', ') || 'none that were captured'}.`,
      remedy: 'Name captured Regions only; add others with UpdateTable afterwards.',
    })),
    ...(asked === undefined || asked === null ? [] : unusableRegions)
      .filter(({ region }) => !strangers.includes(region))
      .map(({ region, why }) => ({
        field,
        problem: `The Region ${region} ${why}.`,
        remedy: 'Enable the Region or free the name there, or leave the Region out.',
      })),
  ];
}

function sampleKeys({ request }: Found, source: FoundSource): Mistake[] {
  const names = shapeOf(source).keys.map(({ AttributeName }) => AttributeName);
  const wanted = names.toSorted().join();
  return (request.verify?.sample ?? []).flatMap((key, number) =>
    Object.keys(key).toSorted().join() === wanted
      ? []
      : [
          {
            field: `verify.sample.${number}`,
            problem: `The key of the table is ${names.join(' and ')}.`,
            remedy: 'Give exactly these attributes, as in {"id": {"S": "a"}}.',
          },
        ],
  );
}
