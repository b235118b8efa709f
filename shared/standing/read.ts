import { auditKey, type Memory } from '../audit/memory.ts';
import { OutdatedError, packedFrom, readPieces } from '../packed.ts';
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
  /** Of the oldest of the audits; undefined when one of the targets had none yet. */
  asOf?: number;
}

/** Names that matter: each lies between the two. */
export interface Names {
  from: string;
  until: string;
}

/** What the last audits saw in these targets, perhaps more than the names that are asked for. */
export async function readStanding({ catalog }: Reader, targets: Target[], names?: Names): Promise<Seen> {
  for (let tries = 1; ; tries++) {
    const [heads, memories] = await Promise.all([
      catalog.getAll(targets.map(standingKey)),
      catalog.getAll(targets.map(auditKey)),
    ]);
    const packed = new Map(heads.map((item) => [String(item.pk), packedFrom(item)]));
    const wanted = targets.flatMap((target) => {
      const of = packed.get(standingKey(target).pk);
      if (of === undefined) return [];
      return piecesWith(of.head as unknown as Contents, names).map((index) => ({ target, packed: of, index }));
    });
    const pieces = await readPieces<StandingRow[]>(catalog, wanted);
    if (pieces.includes(undefined)) {
      if (tries === 4) throw new OutdatedError('How tables stand could not be read; the next audit writes it anew.');
      continue;
    }
    const tables = wanted.flatMap(({ target }, number) =>
      (pieces[number] ?? []).map((row): StandingTable => ({ target, ...row })),
    );
    const lookedAt = memories.map((item) => (item as Memory).lookedAt ?? Number.NaN);
    const asOf = Math.min(...lookedAt);
    return { tables, ...(lookedAt.length === targets.length && Number.isFinite(asOf) && { asOf }) };
  }
}

function piecesWith({ firstNames }: Contents, { from, until }: Names = { from: '', until: '\uffff' }): number[] {
  return firstNames.flatMap((first, index) => {
    const next = firstNames[index + 1];
    return first <= until && (next === undefined || from < next) ? [index] : [];
  });
}
