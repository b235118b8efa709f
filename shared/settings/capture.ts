import { createHash } from 'node:crypto';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { errorText, isOfAws, kindOf } from '../errors.ts';
import { structureOf } from '../import/structure.ts';
import type { Target } from '../target.ts';
import type { World } from '../world.ts';
import { canonicalJson, settingsHash } from './canonical.ts';
import { settingsFromTable } from './from-table.ts';
import { Pace } from './pace.ts';
import { describe, onceEach, type ReadOptions, readSettings } from './read.ts';
import { tagsOfPeople } from './readers.ts';
import { isUnread, type SettingName, type TableSettings } from './settings.ts';
import {
  newestCapture,
  type SettingsRef,
  storeCapture,
  storeSettings,
  storeStructure,
  storeUnread,
  type TableCapture,
} from './store.ts';

/** A capture that was made just now. */
export interface Captured extends SettingsRef {
  settings: TableSettings;
  tableId: string;
}

/** Reads a table's settings and keeps them, whatever was captured before. Throws when there is no such table. */
export async function captureSettings(world: World, target: Target, tableName: string): Promise<Captured> {
  const table = await describe(world, target, 'read', tableName);
  const before = await newestCapture(world, target, table.TableId ?? '');
  const options = { table, paced: new Paces(world, target).paced };
  return keep(world, target, tableName, options, before);
}

/** Captures the tables of a target that are due: one session reads what is known in bulk once. */
export class Captures {
  readonly #world: World;
  readonly #target: Target;
  readonly #everyMs: number;
  readonly #paces: Paces;
  #tags: Promise<Map<string, Record<string, string>> | undefined> | undefined;
  readonly #alarms: ReturnType<typeof onceEach>;
  /** Tables captured in this session, and how many of them keep which setting to themselves. */
  readonly counts: { captured: number; unread: Partial<Record<SettingName, number>> } = { captured: 0, unread: {} };

  constructor(world: World, target: Target, everyMs: number) {
    this.#world = world;
    this.#target = target;
    this.#everyMs = everyMs;
    this.#paces = new Paces(world, target);
    this.#alarms = onceEach(() => world.settingsApi(target, 'read').alarms.metricAlarms());
  }

  /** The newest settings of the table, captured now if they are due and AWS tells them; undefined when there are none. */
  async of(tableName: string, tableId: string): Promise<SettingsRef | undefined> {
    const world = this.#world;
    const table = await this.#describe(tableName, tableId);
    const before = await newestCapture(world, this.#target, tableId);
    if (table === undefined) return before;
    if (before !== undefined && !this.#isOld(before) && !(await this.#isChanged(before, table))) return before;
    const options = { table, alarms: this.#alarms, paced: this.#paces.paced };
    const captured = await keep(world, this.#target, tableName, options, before);
    this.counts.captured++;
    for (const { setting } of unreadSettings(captured.settings)) {
      this.counts.unread[setting] = (this.counts.unread[setting] ?? 0) + 1;
    }
    return captured;
  }

  #isOld({ capturedAt, isPartial = false, unread }: TableCapture): boolean {
    // An hour's grace: a nightly run is not always at the same second.
    const everyMs = this.#everyMs - Math.min(3_600_000, this.#everyMs / 24);
    return isPartial || unread !== undefined || this.#world.clock.now() - capturedAt >= everyMs;
  }

  /** As far as bulk calls show. */
  async #isChanged({ tableMark, tagsMark }: TableCapture, table: TableDescription): Promise<boolean> {
    if (tableMark !== markOf(table)) return true;
    const tags = await this.#allTags();
    return tags !== undefined && tagsMark !== undefined && tagsMark !== markOfTags(tags.get(table.TableArn ?? ''));
  }

  /** Undefined when it is another table by now, or none, or when AWS does not tell: then that is written down. */
  async #describe(tableName: string, tableId: string): Promise<TableDescription | undefined> {
    try {
      const table = await describe(this.#world, this.#target, 'read', tableName);
      return table.TableId === tableId ? table : undefined;
    } catch (error) {
      if (kindOf(error) === 'gone') return undefined;
      if (!isOfAws(error)) throw error;
      const unread = errorText(error);
      this.#world.logger.warn('settings could not be read', { tableId, error: unread });
      await storeUnread(this.#world, this.#target, { tableId, tableName, unread });
      return undefined;
    }
  }

  /** Undefined when the tags of the target cannot be read at once: then they are no sign of a change. */
  #allTags(): Promise<Map<string, Record<string, string>> | undefined> {
    this.#tags ??= readAllTags(this.#world, this.#target).catch(() => undefined);
    return this.#tags;
  }
}

async function readAllTags(world: World, target: Target) {
  const tags = new Map<string, Record<string, string>>();
  for await (const table of world.tagging(target).taggedTables()) tags.set(table.arn, table.tags);
  return tags;
}

/** The operations with a documented rate. */
class Paces {
  readonly #paces: Record<'DescribeContinuousBackups' | 'DescribeTimeToLive' | 'ListTagsOfResource', Pace>;

  constructor(world: World, target: Target) {
    this.#paces = {
      DescribeContinuousBackups: new Pace(world, target, 'DescribeContinuousBackups'),
      DescribeTimeToLive: new Pace(world, target, 'DescribeTimeToLive'),
      ListTagsOfResource: new Pace(world, target, 'ListTagsOfResource'),
    };
  }

  readonly paced: NonNullable<ReadOptions['paced']> = (operation, call) => this.#paces[operation].call(call);
}

/** Reads, and writes what is new: the settings unless they are as before, and that they were seen. */
async function keep(
  world: World,
  target: Target,
  tableName: string,
  options: ReadOptions & { table: TableDescription },
  before: TableCapture | undefined,
): Promise<Captured> {
  const capturedAt = world.clock.now();
  const { settings, tableId } = await readSettings(world, target, 'read', tableName, {
    ...options,
    // That of the backup itself goes before it in a restore; this one is for who may not ask AWS.
    except: ['stream'],
  });
  const hash = settingsHash(settings);
  const isPartial = Object.values(settings).some((value) => isUnread(value) && mayPass.test(value.unread));
  if (hash !== before?.hash) await storeSettings(world, hash, settings);
  const structure = structureOf(options.table);
  const structureMark = digest(structure);
  if (structureMark !== before?.structureMark) await storeStructure(world, target, tableId, structure);
  await storeCapture(world, {
    ...{ target, tableId, tableName, hash, capturedAt, tableMark: markOf(options.table) },
    structureMark,
    ...(!isUnread(settings.tags) && { tagsMark: markOfTags(settings.tags ?? {}) }),
    ...(isPartial && { isPartial }),
  });
  return { settings, hash, capturedAt, tableId };
}

/** What was not refused, but went wrong. */
const mayPass = /^(?!AccessDenied|NotAuthorized|UnknownOperation|Validation)/;

const digest = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);

/** What DescribeTable shows of the settings; warm throughput grows by itself. */
function markOf(table: TableDescription): string {
  const { warmThroughput: _grows, ...shown } = settingsFromTable(table);
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName).sort();
  return digest({ ...shown, indexes });
}

const markOfTags = (tags: Record<string, string> = {}) => digest(tagsOfPeople(tags) ?? {});

/** Names of settings that this capture could not read, with the reasons. */
export function unreadSettings(settings: TableSettings): { setting: SettingName; reason: string }[] {
  return Object.entries(settings).flatMap(([setting, value]) =>
    isUnread(value) ? [{ setting: setting as SettingName, reason: value.unread }] : [],
  );
}
