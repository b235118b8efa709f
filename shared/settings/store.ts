import { gunzipSync, gzipSync } from 'node:zlib';
import type { TableStructure } from '../import/structure.ts';
import { parseTarget, type Target, targetKey } from '../target.ts';
import type { Item, Key, World } from '../world.ts';
import { canonicalJson } from './canonical.ts';
import type { TableSettings } from './settings.ts';

/** What names captured settings: in the ledger with each backup, and in Backup Completed. */
export interface SettingsRef {
  /** SHA-256 of their canonical JSON. */
  hash: string;
  /** Epoch ms. */
  capturedAt: number;
}

/** A table's newest capture. */
export interface TableCapture extends SettingsRef {
  target: Target;
  tableId: string;
  tableName: string;
  /** Of what DescribeTable said then, and of the tags if they could be read: another mark is another setting. */
  tableMark: string;
  tagsMark?: string;
  /** Something could not be read for a reason that may have passed. */
  isPartial?: boolean;
  /** Of what the table is made with, which is kept by itself. */
  structureMark?: string;
  /** Why there are no newer ones: AWS did not describe the table since. */
  unread?: string;
}

/** Compressed bytes in an item; DynamoDB takes 400 KB with the names. Settings of a table are seldom over one. */
const partBytes = 350_000;

const contentKey = (hash: string, part: number): Key => ({
  pk: `settings#${hash}`,
  sk: `part#${String(part).padStart(3, '0')}`,
});

const captureKey = (target: Target, tableId: string): Key => ({
  pk: `settings#${targetKey(target)}`,
  sk: `table#${tableId}`,
});

const structureKey = (target: Target, tableId: string): Key => ({
  pk: `settings#${targetKey(target)}`,
  sk: `structure#${tableId}`,
});

/** Keeps what a table is made with, for when it is gone: an import makes it anew. */
export async function storeStructure(
  { catalog }: World,
  target: Target,
  tableId: string,
  structure: TableStructure,
): Promise<void> {
  await catalog.put({ ...structureKey(target, tableId), structure });
}

/** Undefined when the table was never captured. */
export async function structureKept(
  { catalog }: World,
  target: Target,
  tableId: string,
): Promise<TableStructure | undefined> {
  return (await catalog.get(structureKey(target, tableId)))?.structure as TableStructure | undefined;
}

/** Keeps the settings under their hash, once and for good: backups that name them may be kept for years. */
export async function storeSettings({ catalog }: World, hash: string, settings: TableSettings): Promise<void> {
  const bytes = gzipSync(canonicalJson(settings));
  const parts = Math.ceil(bytes.length / partBytes);
  // The last part first: who finds the first one finds them all.
  for (let part = parts - 1; part >= 0; part--) {
    const content = new Uint8Array(bytes.subarray(part * partBytes, (part + 1) * partBytes));
    await catalog.put({ ...contentKey(hash, part), content, parts }, { condition: 'attribute_not_exists(pk)' });
  }
}

/** Undefined when no such settings were ever kept. */
export async function settingsWithHash(
  { catalog }: Pick<World, 'catalog'>,
  hash: string,
): Promise<TableSettings | undefined> {
  const first = await catalog.get(contentKey(hash, 0));
  if (first === undefined) return undefined;
  const others = Array.from({ length: Number(first.parts) - 1 }, (_, index) => contentKey(hash, index + 1));
  const items = [first, ...(await Promise.all(others.map((key) => catalog.get(key))))];
  return settingsOf(items);
}

/** The same of several at once; those that were never kept are left out. */
export async function settingsWithHashes(
  world: Pick<World, 'catalog'>,
  hashes: string[],
): Promise<Map<string, TableSettings>> {
  const unique = [...new Set(hashes)];
  const firsts = await world.catalog.getAll(unique.map((hash) => contentKey(hash, 0)));
  const settings = new Map<string, TableSettings>();
  for (const first of firsts) {
    const hash = String(first.pk).slice('settings#'.length);
    const found = first.parts === 1 ? settingsOf([first]) : await settingsWithHash(world, hash);
    if (found !== undefined) settings.set(hash, found);
  }
  return settings;
}

function settingsOf(parts: (Item | undefined)[]): TableSettings {
  const bytes = Buffer.concat(parts.map((item) => item?.content as Uint8Array));
  return JSON.parse(gunzipSync(bytes).toString()) as TableSettings;
}

/** Writes down that these are the table's newest. */
export async function storeCapture({ catalog }: World, { target, tableId, ...capture }: TableCapture): Promise<void> {
  await catalog.put({ ...captureKey(target, tableId), ...capture });
}

/** Writes down why there are no newer ones: what was captured before stays, and the next capture takes this away. */
export async function storeUnread(
  { catalog, clock }: World,
  target: Target,
  { tableId, tableName, unread }: Pick<TableCapture, 'tableId' | 'tableName'> & Required<Pick<TableCapture, 'unread'>>,
): Promise<void> {
  await catalog.update(captureKey(target, tableId), {
    update: 'SET tableName = :tableName, unread = :unread, unreadAt = :now',
    values: { ':tableName': tableName, ':unread': unread, ':now': clock.now() },
  });
}

/** The table's newest capture, alive or deleted; undefined when it was never captured. */
export async function newestCapture(
  { catalog }: Pick<World, 'catalog'>,
  target: Target,
  tableId: string,
): Promise<TableCapture | undefined> {
  const item = await catalog.get(captureKey(target, tableId));
  return isCaptured(item) ? captureFrom(item) : undefined;
}

/** The newest captures of all tables of a target, by table id. */
export async function newestCaptures({ catalog }: World, target: Target): Promise<Map<string, TableCapture>> {
  const captures = new Map<string, TableCapture>();
  const { pk, sk: prefix } = captureKey(target, '');
  for await (const item of catalog.query({ pk, prefix })) {
    if (!isCaptured(item)) continue;
    const capture = captureFrom(item);
    captures.set(capture.tableId, capture);
  }
  return captures;
}

/** Of a table that AWS never described, there is only the reason. */
const isCaptured = (item: Item | undefined): item is Item => item?.hash !== undefined;

function captureFrom({ pk, sk, ...capture }: Item): TableCapture {
  const target = parseTarget(String(pk).slice('settings#'.length));
  return { target, tableId: String(sk).slice('table#'.length), ...capture } as TableCapture;
}
