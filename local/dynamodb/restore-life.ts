import { indexRow } from './dynalite.ts';
import { Items, type Snapshot } from './items.ts';
import { schemaOf } from './lookup.ts';
import type { RestoreRequest } from './options.ts';
import type { Restorable } from './restore-overrides.ts';
import type { Region, Restored, Table, World } from './state.ts';

/** A restore that nothing speaks against. */
export interface Accepted {
  region: Region;
  name: string;
  request: RestoreRequest;
  source: Omit<Restored, 'isInProgress' | 'hiddenUntil'>;
  made: Restorable;
  keyArn: string | undefined;
  content: Snapshot;
}

/**
 * The new table: CREATING and not to be seen at first, then CREATING, then ACTIVE with its items. It has nothing but what a
 * restore brings back: no tags, no time to live, no stream, no point-in-time recovery, no protection, class STANDARD …
 */
export function startRestore({ core, settings }: World, accepted: Accepted): Table {
  const { region, name, request, made, content, keyArn } = accepted;
  const now = core.clock.now();
  const endsAt = now + settings.restoreMs(request, core.random);
  const table: Table = {
    ...structuredClone(made),
    name,
    id: core.random.uuid(),
    arn: region.arn(`table/${name}`),
    createdAt: now,
    status: 'CREATING',
    ...(made.isOnDemand && { onDemandSince: now }),
    ...(keyArn !== undefined && { keyArn }),
    isProtected: false,
    tags: new Map(),
    restored: {
      ...accepted.source,
      isInProgress: true,
      hiddenUntil: Math.min(endsAt, now + settings.restoreHiddenMs(request, core.random)),
    },
    kinesis: [],
    insights: new Map(),
    replicas: [],
    backupsFrom: endsAt + settings.continuousBackupsMs,
    items: new Items(),
    indexRows: new Map([...made.localIndexes, ...made.globalIndexes].map(({ IndexName }) => [IndexName, new Items()])),
  };
  region.tables.set(name, table);
  if (Number.isFinite(endsAt)) core.clock.at(endsAt, () => finish(table, content));
  return table;
}

function finish(table: Table, content: Snapshot): void {
  table.items = content.copy();
  const schema = schemaOf(table);
  const indexes = [...table.localIndexes, ...table.globalIndexes];
  if (indexes.length > 0) {
    for (const item of content.items()) {
      for (const index of indexes) {
        const row = indexRow(index, item, schema);
        if (row !== undefined) table.indexRows.get(index.IndexName)?.write(row.key, row.item);
      }
    }
  }
  for (const index of table.globalIndexes) index.status = 'ACTIVE';
  if (table.restored) table.restored.isInProgress = false;
  table.status = 'ACTIVE';
}
