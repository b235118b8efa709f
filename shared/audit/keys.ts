import { BackupAtRisk } from '../../events/audit-events.ts';
import { type Target, targetKey } from '../target.ts';
import type { TableDescription, World } from '../world.ts';
import { atRisk } from './facts.ts';

/** Tells of tables whose customer key cannot be used or soon will not be, once for each change. */
export async function auditKeys(world: World, target: Target, tables: TableDescription[]): Promise<void> {
  const pk = `told#${targetKey(target)}`;
  const prefix = 'key#';
  const told = new Map<string, unknown>();
  for await (const { sk, state } of world.catalog.query({ pk, prefix }))
    told.set(String(sk).slice(prefix.length), state);

  const encrypted = tables.filter(({ keyArn }) => keyArn !== undefined);
  for (const [keyArn = '', ofKey] of Map.groupBy(encrypted, (table) => table.keyArn)) {
    const key = await world.keys(target).describeKey(keyArn);
    if (key === undefined) continue;
    const state = `${key.state} ${key.deletionAt ?? ''}`;
    for (const table of ofKey) {
      const sk = `${prefix}${table.id}`;
      if (key.state === 'Enabled') {
        if (told.has(table.id)) await world.catalog.remove({ pk, sk });
      } else if (told.get(table.id) !== state) {
        await world.facts.publish(BackupAtRisk, [atRisk(target, table, key, world.clock.now())]);
        await world.catalog.put({ pk, sk, state });
      }
    }
  }
}
