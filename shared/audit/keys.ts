import { BackupAtRisk } from '../../events/audit-events.ts';
import { type Target, targetKey } from '../target.ts';
import type { TableDescription, World } from '../world.ts';
import type { Changes } from './changes.ts';
import { atRisk } from './facts.ts';

/**
 * Tells of tables whose customer key cannot be used or soon will not be, once for each change. Resolves to the key that
 * AWS manages, if a table has it.
 */
export async function auditKeys(
  world: World,
  target: Target,
  tables: TableDescription[],
  changes: Changes,
): Promise<string | undefined> {
  const pk = `told#${targetKey(target)}`;
  const prefix = 'key#';
  const told = new Map<string, unknown>();
  for await (const { sk, state } of world.catalog.query({ pk, prefix }))
    told.set(String(sk).slice(prefix.length), state);

  let awsKey: string | undefined;
  const encrypted = tables.filter(({ keyArn }) => keyArn !== undefined);
  for (const [keyArn = '', ofKey] of Map.groupBy(encrypted, (table) => table.keyArn)) {
    const key = await world.keys(target).describeKey(keyArn);
    if (key === undefined) continue;
    if (key.isOfAws) awsKey = keyArn;
    const state = `${key.state} ${key.deletionAt ?? ''}`;
    const itemOf = ({ id }: TableDescription) => ({ pk, sk: `${prefix}${id}` });
    if (key.state === 'Enabled') {
      for (const table of ofKey) if (told.has(table.id)) await world.catalog.remove(itemOf(table));
      continue;
    }
    const now = world.clock.now();
    const changed = ofKey
      .filter(({ id }) => told.get(id) !== state)
      .map((table) => ({
        fact: atRisk(target, table, key, now),
        name: table.name,
        remember: () => world.catalog.put({ ...itemOf(table), state }),
      }));
    await changes.found('atRisk', BackupAtRisk, changed);
  }
  return awsKey;
}
