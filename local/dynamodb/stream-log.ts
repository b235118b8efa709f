import { type Item, itemSize } from './dynalite.ts';
import type { Row } from './items.ts';
import { schemaOf } from './lookup.ts';
import type { Region, Table, World } from './state.ts';

const dayMs = 86_400_000;

/** Sequence numbers have 21 digits at least. */
const firstSequence = 10n ** 20n;

/** A write, as the rows before and after it. */
interface Write {
  sequence: bigint;
  at: number;
  before: Row | undefined;
  after: Row | undefined;
}

/** What is written to a table while its stream is enabled, readable for 24 hours. */
export class StreamLog {
  readonly arn: string;
  readonly label: string;
  readonly viewType: string;
  readonly createdAt: number;
  readonly shardId: string;
  readonly table: Table;
  #now: () => number;
  #writes: Write[] = [];
  #next = firstSequence;
  #unwatch: () => void;
  #endedAt: number | undefined;

  constructor(table: Table, { viewType, label }: NonNullable<Table['stream']>, now: () => number) {
    this.arn = `${table.arn}/stream/${label}`;
    this.label = label;
    this.viewType = viewType;
    this.createdAt = now();
    this.shardId = `shardId-${String(now()).padStart(20, '0')}-${String(now() % 1e8).padStart(8, '0')}`;
    this.table = table;
    this.#now = now;
    this.#unwatch = table.items.watch((_key, before, after) => this.#keep(before, after));
  }

  end(): void {
    this.#unwatch();
    this.#endedAt ??= this.#now();
  }

  get isEnded(): boolean {
    return this.#endedAt !== undefined;
  }

  /** Whether nothing of it is left to be read. */
  get isGone(): boolean {
    return this.#endedAt !== undefined && this.#now() >= this.#endedAt + dayMs;
  }

  /** The sequence number that the next write gets. */
  get next(): bigint {
    return this.#next;
  }

  /** What was written with this sequence number and later, in the order of the writes. */
  from(sequence: bigint): Write[] {
    const earliest = this.#now() - dayMs;
    return this.#writes.filter((write) => write.sequence >= sequence && write.at > earliest);
  }

  /** As a record of GetRecords; `region` is where the table is. */
  record({ sequence, at, before, after }: Write, region: string): object {
    const [old, fresh] = [before, after].map((row) => (row === undefined ? undefined : (JSON.parse(row.json) as Item)));
    const Keys = keysOf(this.table, (fresh ?? old) as Item);
    const NewImage = this.viewType.startsWith('NEW') ? fresh : undefined;
    const OldImage = this.viewType.includes('OLD') ? old : undefined;
    const SizeBytes = [Keys, NewImage, OldImage].reduce((sum, item) => sum + (item ? itemSize(item) : 0), 0);
    return {
      eventID: sequence.toString(16).padStart(32, '0'),
      eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(at / 1000),
        Keys,
        ...(NewImage && { NewImage }),
        ...(OldImage && { OldImage }),
        SequenceNumber: String(sequence),
        SizeBytes,
        StreamViewType: this.viewType,
      },
    };
  }

  /** A write that changes nothing is no record. */
  #keep(before: Row | undefined, after: Row | undefined): void {
    if (before?.json === after?.json) return;
    const at = this.#now();
    // Half of them are thrown away at a time, so that a write costs next to nothing.
    const middle = this.#writes.length >> 1;
    if ((this.#writes[middle]?.at ?? at) <= at - dayMs) this.#writes.splice(0, middle + 1);
    this.#writes.push({ sequence: this.#next++, at, before, after });
  }
}

function keysOf(table: Table, item: Item): Item {
  const names = schemaOf(table).KeySchema.map(({ AttributeName }) => AttributeName);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

/** Begins the log of a table whose stream was just enabled. */
export function openStream({ core }: World, region: Region, table: Table): void {
  if (table.stream === undefined) return;
  const log = new StreamLog(table, table.stream, () => core.clock.now());
  region.streams.set(log.arn, log);
}

/** Ends the log of a table's stream, if it has one. */
export function closeStream(region: Region, { arn, streamLabel }: Table): void {
  region.streams.get(`${arn}/stream/${streamLabel}`)?.end();
}
