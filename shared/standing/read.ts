import { auditKey, type Memory } from '../audit/memory.ts';
import { OutdatedError, type Packed, packedFrom, readPieces, type Wanted } from '../packed.ts';
import { chunks } from '../points/directory.ts';
import type { Reader } from '../points/known.ts';
import type { Target } from '../target.ts';
import { type Contents, standingKey } from './keep.ts';
import type { StandingRow } from './rows.ts';

/** A table as the last audit saw it. */
export interface StandingTable extends StandingRow {
  target: Target;
}

export interface Seen {
  /** By target, in the order in which they are asked for, and name. */
  tables: StandingTable[];
  /** Of all tables in these targets, read or not. */
  count: number;
  /** Of the oldest of the audits; undefined when one of the targets had none yet. */
  asOf?: number;
}

/** Names that matter: each lies between the two. */
export interface Names {
  from: string;
  until: string;
}

/** What is wanted of them; all by default. */
export interface WantedTables {
  /** Undefined: none in that target. */
  namesIn?(target: Target): Names | undefined;
  /** Asked between reads: what comes later in the order is left out. */
  isEnough?(tables: StandingTable[]): boolean;
}

/** Where not all are wanted, 2,000 tables or so are read at once. */
const piecesAtOnce = 4;

/** What the last audits saw in these targets, perhaps more than the names that are asked for. */
export async function readStanding(
  { catalog }: Reader,
  targets: Target[],
  { namesIn = () => everyName, isEnough }: WantedTables = {},
): Promise<Seen> {
  for (let tries = 1; ; tries++) {
    const [heads, memories] = await Promise.all([
      catalog.getAll(targets.map(standingKey)),
      catalog.getAll(targets.map(auditKey)),
    ]);
    const packed = new Map(heads.map((item) => [String(item.pk), packedFrom(item)]));
    const wanted = targets.flatMap((target) => {
      const of = packed.get(standingKey(target).pk);
      const names = namesIn(target);
      if (of === undefined || names === undefined) return [];
      return piecesWith(contentsOf(of), names).map((index) => ({ target, packed: of, index }));
    });
    const tables = await tablesIn(catalog, wanted, isEnough);
    if (tables === undefined) {
      if (tries === 4) throw new OutdatedError('How tables stand could not be read; the next audit writes it anew.');
      continue;
    }
    const count = [...packed.values()].reduce((sum, of) => sum + contentsOf(of).count, 0);
    const lookedAt = memories.map((item) => (item as Memory).lookedAt ?? Number.NaN);
    const asOf = Math.min(...lookedAt);
    return { tables, count, ...(lookedAt.length === targets.length && Number.isFinite(asOf) && { asOf }) };
  }
}

interface WantedPiece extends Wanted {
  target: Target;
}

/** Undefined when one of the pieces has been written anew. */
async function tablesIn(
  catalog: Reader['catalog'],
  wanted: WantedPiece[],
  isEnough?: WantedTables['isEnough'],
): Promise<StandingTable[] | undefined> {
  const tables: StandingTable[] = [];
  for (const some of isEnough === undefined ? [wanted] : chunks(wanted, piecesAtOnce)) {
    const pieces = await readPieces<StandingRow[]>(catalog, some);
    for (const [number, { target }] of some.entries()) {
      const piece = pieces[number];
      if (piece === undefined) return undefined;
      tables.push(...piece.map((row) => ({ target, ...row })));
    }
    if (isEnough?.(tables)) break;
  }
  return tables;
}

const everyName: Names = { from: '', until: '\uffff' };

const contentsOf = ({ head }: Packed): Contents => head as unknown as Contents;

function piecesWith({ firstNames }: Contents, { from, until }: Names): number[] {
  return firstNames.flatMap((first, index) => {
    const next = firstNames[index + 1];
    return first <= until && (next === undefined || from < next) ? [index] : [];
  });
}
