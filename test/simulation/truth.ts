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

/** A table that the service has let AWS make: of a backup, a point in time, or files. */
export interface MadeTable {
  name: string;
  id: string;
  at: number;
}

/** An export that AWS has begun. Instants are epoch ms. */
export interface MadeExport {
  arn: string;
  /** Number of the installation that asked for it. */
  by: number | undefined;
  at: number;
  tableId: string;
  /** Of a window. */
  from?: number;
  /** The instant of a full export, the end of a window. */
  until: number;
}

/** What a table was from then on: the `n` of its items by their `id`. */
export interface Moment {
  at: number;
  items: ReadonlyMap<string, string>;
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
  /** Number of the installation whose process it was. */
  by: number | undefined;
  /** For a write to a catalog. */
  write?: { catalog: string; key: string; before: Item | undefined; after: Item | undefined };
}

type Noted = (call: Call, answer: Record<string, unknown>, at: number, by: number | undefined) => void;

/** What is so at AWS, as its effects say: faults lie between it and the service. */
export class Truth {
  readonly backups = new Map<string, MadeBackup>();
  readonly made: MadeTable[] = [];
  readonly exports = new Map<string, MadeExport>();
  readonly facts: Fact[] = [];
  /** Of living tables and of those that were, by name: the last one. */
  readonly tableIds = new Map<string, string>();
  /** Tables that were deleted, by their ids. */
  readonly dropped = new Map<string, { name: string; at: number }>();
  /** Since when point-in-time recovery is on, or off, by table id. */
  readonly recovery = new Map<string, { at: number; isOn: boolean; isByService: boolean }[]>();
  /** By table id. */
  readonly moments = new Map<string, Moment[]>();
  /** By catalog, then by `pk|sk`. */
  readonly catalogs = new Map<string, Map<string, Item>>();

  /** Takes note of what has happened. */
  note(call: Call, answer: Record<string, unknown>, at: number, by?: number): Effect {
    const effect: Effect = { call, answer, at, by, isByService: call.signedAt !== undefined };
    const table = String(call.input.TableName ?? '');
    if (this.catalogs.has(table)) {
      const write = this.#noteItem(table, call, answer);
      if (write !== undefined) effect.write = write;
    } else {
      this.#noted[call.operation]?.(call, answer, at, by);
    }
    return effect;
  }

  /** Everything of a catalog whose key fits. */
  items(catalog: string, fits: (key: string) => boolean): [string, Item][] {
    return [...(this.catalogs.get(catalog) ?? [])].filter(([key]) => fits(key));
  }

  /** What a backup is of; the system makes one when a table is deleted that has recovery on. */
  backedUp(backupArn: string): { tableId: string; at: number } {
    const backup = this.backups.get(backupArn);
    if (backup !== undefined) return { tableId: backup.tableId, at: backup.createdAt };
    const gone = [...this.dropped].findLast(([, { name }]) => backupArn.includes(`:table/${name}/backup/`));
    return { tableId: gone?.[0] ?? '', at: gone?.[1].at ?? 0 };
  }

  /** What a table was at an instant: the `n` of its items by their `id`. */
  itemsAt(tableId: string, instant: number): Moment['items'] {
    return this.moments.get(tableId)?.findLast(({ at }) => at <= instant)?.items ?? new Map();
  }

  livingBackups(): MadeBackup[] {
    return [...this.backups.values()].filter(({ deletedAt }) => deletedAt === undefined);
  }

  #idOf(name: unknown): string {
    return this.tableIds.get(String(name)) ?? '';
  }

  readonly #noted: Record<string, Noted> = {
    CreateBackup: ({ input, signedAt }, { BackupDetails }, createdAt) => {
      const { BackupArn: arn } = BackupDetails as { BackupArn: string };
      const tableName = String(input.TableName);
      const table = { tableName, tableId: this.#idOf(tableName) };
      const isByService = signedAt !== undefined;
      this.backups.set(arn, { arn, name: String(input.BackupName), ...table, createdAt, isByService });
    },
    DeleteBackup: ({ input, signedAt }, _answer, deletedAt) => {
      const backup = this.backups.get(String(input.BackupArn));
      if (backup) Object.assign(backup, { deletedAt, isDeletedByService: signedAt !== undefined });
    },
    CreateTable: (call, { TableDescription }, at) => this.#noteTable(call, call.input.TableName, TableDescription, at),
    RestoreTableFromBackup: (call, { TableDescription }, at) => {
      const { tableId, at: takenAt } = this.backedUp(String(call.input.BackupArn));
      this.#noteTable(call, call.input.TargetTableName, TableDescription, at, this.itemsAt(tableId, takenAt));
    },
    ImportTable: (call, { ImportTableDescription }, at) => {
      const { TableName } = call.input.TableCreationParameters as { TableName: string };
      this.#noteTable(call, TableName, ImportTableDescription, at);
    },
    DeleteTable: ({ input: { TableName } }, _answer, at) =>
      this.dropped.set(this.#idOf(TableName), { name: String(TableName), at }),
    UpdateContinuousBackups: ({ input, signedAt }, _answer, at) => {
      const { PointInTimeRecoveryEnabled: isOn } = input.PointInTimeRecoverySpecification as Record<string, boolean>;
      const id = this.#idOf(input.TableName);
      const switched = { at, isOn: isOn === true, isByService: signedAt !== undefined };
      this.recovery.set(id, [...(this.recovery.get(id) ?? []), switched]);
    },
    PutItem: ({ input }, _answer, at) => {
      const moments = this.moments.get(this.#idOf(input.TableName));
      const { id, n } = fromAttributes(input.Item as Attributes);
      moments?.push({ at, items: new Map(moments.at(-1)?.items).set(String(id), String(n)) });
    },
    ExportTableToPointInTime: ({ input }, { ExportDescription }, at, by) => {
      const { ExportArn: arn } = ExportDescription as { ExportArn: string };
      const { ExportFromTime: from, ExportToTime: to } = (input.IncrementalExportSpecification ?? {}) as Times;
      const tableId = this.#idOf(String(input.TableArn).split('/').at(-1));
      const extent = {
        until: msOf(to ?? input.ExportTime ?? at / 1000),
        ...(from !== undefined && { from: msOf(from) }),
      };
      if (!this.exports.has(arn)) this.exports.set(arn, { arn, by, at, tableId, ...extent });
    },
    PutEvents: ({ input }, answer, at) => {
      const entries = input.Entries as { EventBusName: string; DetailType: string; Detail: string }[];
      const answers = answer.Entries as { EventId?: string }[];
      for (const [index, { EventBusName, DetailType, Detail }] of entries.entries()) {
        if (answers[index]?.EventId === undefined) continue;
        this.facts.push({ bus: EventBusName, type: DetailType, at, detail: JSON.parse(Detail) });
      }
    },
  };

  #noteTable({ signedAt }: Call, name: unknown, description: unknown, at: number, items: Moment['items'] = new Map()) {
    const id = String((description as { TableId: string }).TableId);
    this.tableIds.set(String(name), id);
    // A token makes the same call the same table.
    if (this.moments.has(id)) return;
    this.moments.set(id, [{ at, items }]);
    if (signedAt !== undefined) this.made.push({ name: String(name), id, at });
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
}

type Times = Record<string, unknown>;

/** The protocol has seconds, or dates when nobody has encoded them. */
const msOf = (time: unknown): number => (time instanceof Date ? time.getTime() : Number(time) * 1000);

function afterWrite(
  operation: string,
  input: Record<string, unknown>,
  answer: Record<string, unknown>,
): Item | undefined | 'not a write' {
  if (operation === 'UpdateItem') return fromAttributes(answer.Attributes as Attributes);
  if (operation === 'PutItem') return fromAttributes(input.Item as Attributes);
  return operation === 'DeleteItem' ? undefined : 'not a write';
}
