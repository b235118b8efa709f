import type { Call } from '../../local/service.ts';
import { type Attributes, fromAttributes } from '../../shared/aws/attributes.ts';
import type { Item } from '../../shared/world.ts';

/** A backup that AWS has made, whoever asked for it. */
export interface MadeBackup {
  arn: string;
  name: string;
  tableId: string;
  tableName: string;
  createdAt: number;
  /** False: a person made it. */
  isByService: boolean;
  deletedAt?: number;
  isDeletedByService?: boolean;
}

/** A table that AWS has made of something. */
export interface RestoredTable {
  name: string;
  at: number;
}

/** An event on a bus of facts. */
export interface Fact {
  bus: string;
  type: string;
  at: number;
  detail: Record<string, unknown>;
}

/** One call of which we know that it took effect, and when. */
export interface Effect {
  call: Call;
  answer: Record<string, unknown>;
  at: number;
  isByService: boolean;
  /** For a write to a catalog. */
  write?: { catalog: string; key: string; before: Item | undefined; after: Item | undefined };
}

/** What is so at AWS, as its effects say: faults lie between it and the service. */
export class Truth {
  readonly backups = new Map<string, MadeBackup>();
  readonly restored: RestoredTable[] = [];
  readonly exports: { arn: string; at: number; input: Record<string, unknown> }[] = [];
  readonly facts: Fact[] = [];
  /** Of living tables and of those that were, by name: the last one. */
  readonly tableIds = new Map<string, string>();
  /** Ids of tables that were deleted. */
  readonly dropped = new Set<string>();
  /** By catalog, then by `pk|sk`. */
  readonly catalogs = new Map<string, Map<string, Item>>();

  /** Takes note of what has happened. */
  note(call: Call, answer: Record<string, unknown>, at: number): Effect {
    const isByService = call.signedAt !== undefined;
    const effect: Effect = { call, answer, at, isByService };
    const { input, operation } = call;
    const table = String(input.TableName ?? '');
    if (this.catalogs.has(table)) {
      const write = this.#noteItem(table, call, answer);
      if (write !== undefined) effect.write = write;
    } else if (operation === 'CreateBackup') {
      const { BackupArn } = answer.BackupDetails as { BackupArn: string };
      this.backups.set(BackupArn, {
        arn: BackupArn,
        name: String(input.BackupName),
        tableId: this.tableIds.get(table) ?? '',
        tableName: table,
        createdAt: at,
        isByService,
      });
    } else if (operation === 'DeleteBackup') {
      const backup = this.backups.get(String(input.BackupArn));
      if (backup !== undefined) Object.assign(backup, { deletedAt: at, isDeletedByService: isByService });
    } else if (operation === 'RestoreTableFromBackup' || operation === 'RestoreTableToPointInTime') {
      const name = String(input.TargetTableName);
      this.restored.push({ name, at });
      this.#noteTable(name, answer);
    } else if (operation === 'ExportTableToPointInTime') {
      const { ExportArn } = answer.ExportDescription as { ExportArn: string };
      this.exports.push({ arn: ExportArn, at, input });
    } else if (operation === 'PutEvents') {
      this.#noteFacts(input, answer, at);
    } else if (operation === 'CreateTable') {
      this.#noteTable(table, answer);
    } else if (operation === 'DeleteTable') {
      this.dropped.add(this.tableIds.get(table) ?? '');
    }
    return effect;
  }

  /** Everything of a catalog whose key fits. */
  items(catalog: string, fits: (key: string) => boolean): [string, Item][] {
    return [...(this.catalogs.get(catalog) ?? [])].filter(([key]) => fits(key));
  }

  livingBackups(): MadeBackup[] {
    return [...this.backups.values()].filter(({ deletedAt }) => deletedAt === undefined);
  }

  #noteTable(name: string, answer: Record<string, unknown>): void {
    this.tableIds.set(name, String((answer.TableDescription as { TableId: string }).TableId));
  }

  #noteItem(catalog: string, { operation, input }: Call, answer: Record<string, unknown>): Effect['write'] {
    const items = this.catalogs.get(catalog) ?? new Map<string, Item>();
    const after = afterWrite(operation, input, answer);
    if (after === 'not a write') return undefined;
    const { pk, sk } = after ?? fromAttributes(input.Key as Attributes);
    const key = `${String(pk)}|${String(sk)}`;
    const before = items.get(key);
    if (after === undefined) items.delete(key);
    else items.set(key, after);
    return { catalog, key, before, after };
  }

  #noteFacts(input: Record<string, unknown>, answer: Record<string, unknown>, at: number): void {
    const entries = input.Entries as { EventBusName: string; DetailType: string; Detail: string }[];
    const answers = answer.Entries as { EventId?: string }[];
    for (const [index, { EventBusName, DetailType, Detail }] of entries.entries()) {
      if (answers[index]?.EventId === undefined) continue;
      this.facts.push({ bus: EventBusName, type: DetailType, at, detail: JSON.parse(Detail) });
    }
  }
}

function afterWrite(
  operation: string,
  input: Record<string, unknown>,
  answer: Record<string, unknown>,
): Item | undefined | 'not a write' {
  if (operation === 'UpdateItem') return fromAttributes(answer.Attributes as Attributes);
  if (operation === 'PutItem') return fromAttributes(input.Item as Attributes);
  return operation === 'DeleteItem' ? undefined : 'not a write';
}
