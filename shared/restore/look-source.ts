import type { RestoreRequest } from '../../events/restore-request.ts';
import { iso } from '../clock.ts';
import { backupFrom, backupKey } from '../ledger.ts';
import { parseBackupName, parseRunId } from '../names.ts';
import { pages } from '../pages.ts';
import type { Target } from '../target.ts';
import type { Paced } from '../task/paced.ts';
import type { Mistake } from '../task/task.ts';
import type { World } from '../world.ts';
import type { FullBackup, ListedBackup, LivingTable, Window } from './calls.ts';
import { chooseBackup } from './choose.ts';
import type { Features, FoundSource, Pinned } from './found.ts';

export interface Sought {
  place: Target;
  paced: Paced;
}

/** What was found of the source, or why nothing was. */
export interface SourceFound {
  source?: FoundSource;
  living?: LivingTable;
  mistakes: Mistake[];
  notices: string[];
}

const not = (field: string, problem: string, remedy: string): SourceFound => ({
  mistakes: [{ field, problem, remedy }],
  notices: [],
});

/** Finds the one backup or instant that the request means. */
export async function findSource(world: World, { source }: RestoreRequest, sought: Sought): Promise<SourceFound> {
  if (source.backupArn !== undefined) return byArn(world, sought, source.backupArn, 'source.backupArn');
  if (source.backupId !== undefined) return byId(world, sought, source.backupId);
  const table = source.table ?? '';
  const living = await world.restores(sought.place).describeTable(table);
  const isMeant = living !== undefined && (source.tableId ?? living.id) === living.id;
  const found =
    source.pointInTime !== undefined && living !== undefined && isMeant
      ? await byInstant(world, sought, living, source.pointInTime.at)
      : await byName(world, sought, source, living);
  return { ...found, ...(living !== undefined && { living }) };
}

async function byArn(world: World, sought: Sought, backupArn: string, field: string): Promise<SourceFound> {
  const { place, paced } = sought;
  const backup = await paced('DescribeBackup', () => world.restores(place).describeBackup(backupArn));
  if (backup === undefined) {
    return not(
      field,
      `AWS knows no backup ${backupArn} (any more).`,
      'Choose another one: give table with latest or before.',
    );
  }
  const living = await world.restores(place).describeTable(backup.tableName);
  return { ...(await ofBackup(world, sought, backup, field)), ...(living !== undefined && { living }) };
}

async function byId(world: World, sought: Sought, backupId: string): Promise<SourceFound> {
  const parts = backupId.split('/');
  const tableId = parts.pop() ?? '';
  const item = await world.catalog.get(backupKey({ ...parseRunId(parts.join('/')), tableId }));
  const backup = item && backupFrom(item);
  const field = 'source.backupId';
  if (backup === undefined) {
    return not(field, `The catalog knows no backup ${backupId}.`, 'Correct it, or give table with latest or before.');
  }
  if (backup.backupArn === undefined || backup.state !== 'AVAILABLE') {
    const remedy = backup.state === 'CREATING' ? 'Wait for it, or choose an older one.' : 'Choose another one.';
    return not(field, `The backup ${backupId} is ${backup.state}, not AVAILABLE.`, remedy);
  }
  return byArn(world, sought, backup.backupArn, field);
}

async function ofBackup(world: World, sought: Sought, backup: FullBackup, field: string): Promise<SourceFound> {
  const { backupArn, status, tableName, createdAt } = backup;
  if (status !== 'AVAILABLE') {
    const remedy = status === 'CREATING' ? 'Wait until it is, or choose an older one.' : 'Choose another one.';
    return not(field, `The backup of ${tableName} from ${iso(createdAt)} is ${status}, not AVAILABLE.`, remedy);
  }
  const { place } = sought;
  const pin = await entryOf(world, place, backup);
  const features = await featuresOf(world, sought, backup);
  const unpinned = `The backup ${backupArn} is not in this installation's ledger, so it cannot be pinned: whoever made it may delete it while the restore waits for its turn.`;
  return {
    source: { kind: 'backup', place, backup, ...(features && { features }), ...(pin && { pin }) },
    mistakes: [],
    notices: pin === undefined && backup.type === 'USER' ? [unpinned] : [],
  };
}

const featuresIn = ({ table }: FullBackup): Features => ({
  stream: table.stream ?? null,
  timeToLive: table.timeToLive ?? null,
});

/** Of a SYSTEM backup AWS does not say them: those of the table's newest other backup are the nearest. */
async function featuresOf(world: World, sought: Sought, backup: FullBackup): Promise<Features | undefined> {
  if (backup.type !== 'SYSTEM') return featuresIn(backup);
  const others = await listAll(world, sought, backup.tableName);
  const newest = others
    .filter(({ tableId, type, status }) => tableId === backup.tableId && type !== 'SYSTEM' && status === 'AVAILABLE')
    .sort((a, b) => b.createdAt - a.createdAt)[0];
  if (newest === undefined) return undefined;
  const { place, paced } = sought;
  const full = await paced('DescribeBackup', () => world.restores(place).describeBackup(newest.backupArn));
  return full && featuresIn(full);
}

/** The entry of our ledger that knows this very backup: a fitting name is not enough. */
async function entryOf(world: World, place: Target, backup: ListedBackup): Promise<Pinned | undefined> {
  const name = parseBackupName(backup.backupName);
  if (name === undefined || name.installation !== world.installation) return undefined;
  const { backupArn, tableName, tableId } = backup;
  const of: Pinned = { target: place, plan: name.plan, stamp: name.stamp, tableId, backupArn, tableName };
  // A second backup of a run and table has an entry of its own.
  for (const entry of [of, { ...of, isDuplicate: true }]) {
    if ((await world.catalog.get(backupKey(entry)))?.backupArn === backupArn) return entry;
  }
  return undefined;
}

async function byName(
  world: World,
  sought: Sought,
  { table = '', tableId, before, pointInTime }: RestoreRequest['source'],
  living: LivingTable | undefined,
): Promise<SourceFound> {
  const backups = await listAll(world, sought, table);
  if (pointInTime !== undefined) return goneInstant(table, backups, living);
  const chosen = chooseBackup(backups, {
    table,
    tableId,
    before: before === undefined ? undefined : Date.parse(before),
    livingId: living?.id,
  });
  if ('mistake' in chosen) return { mistakes: [chosen.mistake], notices: [] };
  const found = await byArn(world, sought, chosen.backup.backupArn, 'source');
  const isToCome = before !== undefined && Date.parse(before) > world.clock.now();
  const toCome = isToCome ? [`before (${iso(Date.parse(before))}) is yet to come: it means the newest backup.`] : [];
  return { ...found, notices: [...toCome, ...chosen.notices, ...found.notices] };
}

async function listAll(world: World, { place, paced }: Sought, table: string): Promise<ListedBackup[]> {
  const backups: ListedBackup[] = [];
  const list = (after: string | undefined) =>
    paced('ListBackups', () => world.restores(place).listBackups(table, after));
  for await (const page of pages(list, ({ next }) => next)) backups.push(...page.backups);
  return backups;
}

/** A table that is gone has no point in time any more, but backups. */
function goneInstant(table: string, backups: ListedBackup[], living: LivingTable | undefined): SourceFound {
  const newest = backups
    .filter(({ status, tableId }) => status === 'AVAILABLE' && tableId !== living?.id)
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, 3)
    .map(({ backupArn, type, createdAt }) => `${backupArn} (${type}, ${iso(createdAt)})`);
  const has = newest.length === 0 ? 'It has no backup either.' : `Its newest backups are ${newest.join(', ')}.`;
  const what =
    living === undefined
      ? `There is no table ${table}`
      : `The table that has the name ${table} now is another one (${living.id})`;
  return not(
    'source.pointInTime',
    `${what}, and a deleted table has no point in time any more. ${has}`,
    newest.length === 0 ? 'Correct the name, the account or the Region.' : 'Give latest, before or backupArn.',
  );
}

async function byInstant(
  world: World,
  { place, paced }: Sought,
  table: LivingTable,
  wanted: string | undefined,
): Promise<SourceFound> {
  const window = await paced('DescribeContinuousBackups', () => world.restores(place).recoveryWindow(table.name));
  if (window === undefined) {
    return not(
      'source.pointInTime',
      `Point-in-time recovery of ${table.name} is switched off.`,
      'Give latest or before: they mean its backups.',
    );
  }
  const at = wanted === undefined ? window.latest : Date.parse(wanted);
  if (!isWithin(window, at)) {
    return not(
      'source.pointInTime.at',
      `${table.name} can be restored to any second from ${iso(window.earliest)} to ${iso(window.latest)}; ${iso(at)} is not among them.`,
      'Give an instant of that window, or latest, or before for a backup.',
    );
  }
  const timeToLive = (await world.restores(place).timeToLiveOf(table.name)) ?? null;
  const features = { stream: table.stream ?? null, timeToLive };
  return { source: { kind: 'instant', place, table, window, at, features }, mistakes: [], notices: [] };
}

const isWithin = ({ earliest, latest }: Window, at: number): boolean => at >= earliest && at <= latest;
