import { expect, test } from 'vitest';
import { type Explored, explore } from './explore.ts';
import { allFaultKinds, type FaultKind } from './fault-kinds.ts';

/** Each kind of fault strikes at least so often in 500 schedules, half of what is usual: none is silently dead. */
const leastHits = 120;

/** Those of single operations have fewer opportunities. */
const leastOfFew: Partial<Record<FaultKind, number>> = {
  limitOfRate: 30,
  limitOfTablesAtOnce: 30,
  limitOfTables: 20,
  staleList: 20,
};

/** 500 schedules as a test, so that the files of a suite share them. */
export function schedulesFrom(first: number): void {
  test(`no rule is broken in the stories of seeds ${first} to ${first + 499}, whatever goes wrong`, {
    timeout: 900_000,
  }, async () => {
    const explored = await explore(first, 500);
    expect(saidOf(explored)).toEqual([]);
    expect(explored.schedules).toBe(500);
    const rare = allFaultKinds.filter((kind) => explored.hits[kind] < (leastOfFew[kind] ?? leastHits));
    expect(rare).toEqual([]);
  });
}

const saidOf = ({ broken }: Explored) =>
  broken.map(
    ({ seed, outcome: { violation } }) => `npm run simulate -- --seed ${seed}: ${violation?.rule}: ${violation?.found}`,
  );
