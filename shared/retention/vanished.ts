import { createHash } from 'node:crypto';
import { ProtectionChanged } from '../../events/audit-events.ts';
import { BackupVanished } from '../../events/backup-events.ts';
import { iso } from '../clock.ts';
import { backupKey, ttlOfRun } from '../ledger.ts';
import { addTo, protectionChanged } from '../protection-changed.ts';
import type { Backup } from '../run.ts';
import type { Target } from '../target.ts';
import type { World } from '../world.ts';
import { vanished } from './facts.ts';
import { contentAt } from './rules.ts';

/** What is told of backups that AWS does not know any more, and how each is marked after that. */
export function vanishedOf(world: World, backups: Backup[]) {
  return backups.map((backup) => ({
    fact: vanished(world.installation, backup, world.clock.now()),
    name: `${backup.tableName} of ${iso(contentAt(backup))} (${backup.plan})`,
    remember: () =>
      world.catalog.update(backupKey(backup), {
        update: 'SET #state = :vanished, #ttl = :ttl, vanishedAt = :now',
        condition: '#state = :as',
        names: { '#state': 'state', '#ttl': 'ttl' },
        values: {
          ':vanished': 'VANISHED',
          ':as': backup.state,
          ':ttl': ttlOfRun(world.clock.now()),
          ':now': world.clock.now(),
        },
      }),
  }));
}

/** Tells of all of them, programs and people, before it marks them: what is marked is not looked at again. */
export async function recordVanished(world: World, target: Target, backups: Backup[]): Promise<void> {
  if (backups.length === 0) return;
  const all = vanishedOf(world, backups);
  const facts = all.map(({ fact }) => fact);
  await world.facts.publish(BackupVanished, facts);
  const names = all.map(({ name }) => name);
  const key = createHash('sha256')
    .update(facts.map(({ id }) => id).join())
    .digest('hex');
  const tally = addTo({}, 'vanished', names);
  await world.facts.publish(ProtectionChanged, [protectionChanged(target, tally, key, world.clock.now())]);
  for (const { remember } of all) await remember();
}
