import { BackupRecovered, BackupUnrecognised } from '../../events/backup-events.ts';
import { backupFrom, backupItem, backupKey } from '../ledger.ts';
import { backupName, parseBackupName } from '../names.ts';
import type { Backup, BackupOf } from '../run.ts';
import { type Target, targetKey } from '../target.ts';
import type { BackupSummary, Key, World } from '../world.ts';
import type { Changes } from './changes.ts';
import { recovered, unrecognised } from './facts.ts';

/** What comparing some backups at AWS with the catalog came to. */
export interface Compared {
  /** Plans that their names speak of. */
  plans: Set<string>;
  /** The oldest one of which the ledger does not say the last word yet: to be looked at again. */
  openSince?: number;
}

interface Candidate {
  seen: BackupSummary;
  of: BackupOf;
  /** The name is the one that the run would have given. */
  isGenuine: boolean;
}

/** Compares backups that AWS lists with the catalog: what was given up and is there, and what looks like ours and is not. */
export async function compareWithCatalog(
  world: World,
  target: Target,
  listed: BackupSummary[],
  changes: Changes,
): Promise<Compared> {
  const candidates = listed.flatMap((seen) => candidateOf(world.installation, target, seen));
  const known = await entriesOf(world, candidates);
  const compared: Compared = { plans: new Set(candidates.map(({ of }) => of.plan)) };
  const strange: BackupSummary[] = [];
  for (const { seen, of, isGenuine } of candidates) {
    const entry = known.get(keyText(backupKey(of)));
    const duplicate = known.get(keyText(duplicateKey(of, seen)));
    if (duplicate === undefined && (entry === undefined || !isGenuine)) {
      strange.push(seen);
      continue;
    }
    const isItself = entry?.backupArn === undefined || entry.backupArn === seen.backupArn;
    const isOpen =
      duplicate === undefined && entry !== undefined && isItself
        ? await recover(world, entry, seen)
        : await takeInSecond(world, entry, duplicate, seen);
    if (isOpen) compared.openSince = Math.min(seen.createdAt, compared.openSince ?? Infinity);
  }
  await tellUnrecognised(world, target, strange, changes);
  return compared;
}

/** The run is not over: its own driver sees to it, or gives it up. */
const underWay = new Set<Backup['state']>(['PENDING', 'STARTING', 'CREATING']);
const givenUp = new Set<Backup['state']>(['FAILED', 'SKIPPED', 'VANISHED']);

function candidateOf(installation: string, target: Target, seen: BackupSummary): Candidate[] {
  const name = parseBackupName(seen.backupName);
  if (name?.installation !== installation) return [];
  const of = { target, plan: name.plan, stamp: name.stamp, tableId: seen.tableId };
  return [{ seen, of, isGenuine: backupName(installation, of, seen.tableId) === seen.backupName }];
}

async function entriesOf(world: World, candidates: Candidate[]): Promise<Map<string, Backup>> {
  const keys = candidates.flatMap(({ of, seen }) => [backupKey(of), duplicateKey(of, seen)]);
  const unique = new Map(keys.map((key) => [keyText(key), key]));
  const items = await world.catalog.getAll([...unique.values()]);
  return new Map(items.map((item) => [keyText({ pk: String(item.pk), sk: String(item.sk) }), backupFrom(item)]));
}

const duplicateKey = (of: BackupOf, { backupArn }: BackupSummary): Key =>
  backupKey({ ...of, isDuplicate: true, backupArn });

const keyText = ({ pk, sk }: Key) => `${pk}|${sk}`;

/** Takes back in what had been given up and is AVAILABLE; true while that may come. */
async function recover(world: World, entry: Backup, seen: BackupSummary): Promise<boolean> {
  if (!givenUp.has(entry.state)) return underWay.has(entry.state);
  if (seen.status !== 'AVAILABLE') return seen.status === 'CREATING';
  const { backupArn, createdAt, sizeBytes } = seen;
  const now = world.clock.now();
  const found: Backup = { ...entry, backupArn, createdAt, ...(sizeBytes !== undefined && { sizeBytes }) };
  await world.facts.publish(BackupRecovered, [recovered(world.installation, found, now)]);
  const size = sizeBytes === undefined ? '' : ', sizeBytes = :size';
  await world.catalog.update(backupKey(entry), {
    update: `SET #state = :available, backupArn = :arn, createdAt = :createdAt, endedAt = :now${size} REMOVE #error, #ttl`,
    condition: '#state = :was',
    names: { '#state': 'state', '#error': 'error', '#ttl': 'ttl' },
    values: {
      ':available': 'AVAILABLE',
      ':arn': backupArn,
      ':createdAt': createdAt,
      ':now': now,
      ':was': entry.state,
      ':size': sizeBytes,
    },
  });
  return false;
}

/**
 * A second backup of a (run, table) that nobody saw in time, or not to its end: once it is written down as AVAILABLE it
 * goes by retention. True while that may come.
 */
async function takeInSecond(
  world: World,
  entry: Backup | undefined,
  duplicate: Backup | undefined,
  seen: BackupSummary,
): Promise<boolean> {
  if (entry !== undefined && underWay.has(entry.state)) return true;
  const known = duplicate ?? entry;
  if (known === undefined || (duplicate !== undefined && duplicate.state !== 'CREATING')) return false;
  if (seen.status !== 'AVAILABLE') return seen.status === 'CREATING';
  const { target, plan, stamp, tableId, tableName, expiresAt } = known;
  const { backupArn, createdAt } = seen;
  const of = {
    target,
    plan,
    stamp,
    tableId,
    tableName,
    backupArn,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
  };
  await world.catalog.put(
    backupItem({ ...of, state: 'AVAILABLE', attempt: 0, isDuplicate: true, endedAt: world.clock.now() }),
    {
      condition: 'attribute_not_exists(pk) OR #state = :creating',
      names: { '#state': 'state' },
      values: { ':creating': 'CREATING' },
    },
  );
  return false;
}

/** Once for each backup. */
async function tellUnrecognised(
  world: World,
  target: Target,
  strange: BackupSummary[],
  changes: Changes,
): Promise<void> {
  const keyOf = ({ backupArn }: BackupSummary) => ({
    pk: `told#${targetKey(target)}`,
    sk: `unrecognised#${backupArn}`,
  });
  const told = new Set((await world.catalog.getAll(strange.map(keyOf))).map(({ sk }) => sk));
  const now = world.clock.now();
  const untold = strange
    .filter((seen) => !told.has(keyOf(seen).sk))
    .map((seen) => ({
      fact: unrecognised(target, seen, now),
      name: seen.backupName,
      remember: () => world.catalog.put({ ...keyOf(seen), toldAt: now }),
    }));
  await changes.found('unrecognised', BackupUnrecognised, untold);
}
