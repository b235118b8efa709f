import type { TableFacts } from '../run.ts';
import type { Target } from '../target.ts';
import type { TableDescription } from '../world.ts';

const keyPrefix = ({ account, region }: Target) => `:kms:${region}:${account}:key/`;

/** What goes with a backup of the table; short, since an entry is to stay below a kilobyte. */
export function factsOf(target: Target, { itemCount, capacity, keyArn }: TableDescription): TableFacts {
  const [, ownKey] = keyArn?.split(keyPrefix(target)) ?? [];
  const key = ownKey ?? keyArn;
  return { itemCount, ...capacity, ...(key !== undefined && { key }) };
}

/** The key's whole ARN; `partition` as in the backup's own: `aws`. */
export function keyArnOf({ key }: TableFacts, target: Target, partition: string): string | undefined {
  return key === undefined || key.startsWith('arn:') ? key : `arn:${partition}${keyPrefix(target)}${key}`;
}
