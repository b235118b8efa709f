import { describe, expect, test } from 'vitest';
import { requestTimeoutMs } from '../../shared/aws/client.ts';
import { settleMs } from '../../shared/run/entries.ts';
import { claimMs } from '../../shared/run/writes.ts';
import { explore, type Model, type Step } from './explore.ts';
import { protocol } from './protocol.ts';
import { asItIs, type Rules, type Safeguard } from './state.ts';

const check = (rules: Partial<Rules> = {}) => explore(protocol({ ...asItIs, ...rules }));

describe('one backup per run and table', () => {
  test.each<[string, Partial<Rules>, number]>([
    ['two deliveries', {}, 30_000],
    ['two deliveries and more late requests', { late: 2 }, 80_000],
    ['one clock that is slow and one that is fast', { clocks: [-1, 1] }, 30_000],
    ['two deliveries that claim what has settled and look then', { claimsBeforeItLooks: true }, 20_000],
    ['three deliveries', { clocks: [0, 1, 0], late: 0 }, 300_000],
  ])('there is never a second one, and without further faults always an end: %s', (_, rules, atLeast) => {
    const found = check(rules);
    expect(found).toMatchObject({ isWhole: true });
    expect(found.wrong).toBeUndefined();
    expect(found.endless).toBeUndefined();
    expect(found.states).toBeGreaterThan(atLeast);
  });

  test.each<Safeguard>([
    'lease',
    'settling',
    'fence',
    'fence after signing',
    'look',
    'own attempt',
    'one request per claim',
  ])('without the safeguard "%s" there are two', (without) => {
    expect(check({ without }).wrong).toBeDefined();
  });

  test.each<[string, Partial<Rules>]>([
    ['the time to settle were shorter', { settle: asItIs.settle - 2 }],
    ['AWS took older signatures', { oldest: asItIs.oldest + 2 }],
    ['the list lagged longer', { listLag: asItIs.listLag + 2 }],
    ['clocks differed by more', { clocks: [0, 3] }],
  ])('there are two if %s', (_, rules) => {
    expect(check(rules).wrong).toBeDefined();
  });

  test('who claims before he settles may never come to an end: a claim is over before its holder may send', () => {
    const { wrong, endless } = check({ without: 'settling before the claim' });
    expect(wrong).toBeUndefined();
    expect(endless?.loop.filter((label) => label.endsWith('claim arrives')).length).toBeGreaterThan(0);
    expect(endless?.loop.join()).not.toContain('create');
  });

  test('the times of the model stand to each other as the real ones do', () => {
    const oldestMs = 300_000;
    const listLagMs = 30_000;
    const { lease, timeout, oldest, listLag, settle } = asItIs;
    expect(settleMs).toBeGreaterThanOrEqual(oldestMs + listLagMs + 5000);
    expect(settle).toBe(oldest + listLag + 1);
    expect(claimMs / settleMs).toBeLessThan(lease / settle);
    expect(requestTimeoutMs / claimMs).toBeLessThan(timeout / lease);
  });
});

/** Numbers that step to others; a minus before a target is a fault. */
function numbers(stepsOf: Record<number, number[]>, wrong: number[] = [], ends: number[] = []): Model<number> {
  const step = (to: number): Step<number> => ({ label: `${Math.abs(to)}`, to: Math.abs(to), isFault: to < 0 });
  return {
    initial: 0,
    stepsOf: (at) => (stepsOf[at] ?? []).map(step),
    keyOf: String,
    isWrong: (at) => wrong.includes(at),
    isEnd: (at) => ends.includes(at),
  };
}

describe('the checker', () => {
  test('finds the shortest way to what is wrong', () => {
    const { wrong } = explore(numbers({ 0: [1, 2], 1: [3], 2: [5], 3: [5], 5: [4] }, [4]));
    expect(wrong).toEqual(['2', '5', '4']);
  });

  test('finds a path that never ends beside one that does, and where it goes round', () => {
    const { endless } = explore(numbers({ 0: [1], 1: [2, 9], 2: [3], 3: [2, 9] }, [], [9]));
    expect(endless).toEqual({ history: [], loop: ['3', '2'] });
  });

  test('finds a state that stands still after a fault', () => {
    const { endless } = explore(numbers({ 0: [9, -1] }, [], [9]));
    expect(endless).toEqual({ history: ['1'], loop: [] });
  });

  test('lets faults go round for ever as long as there is a way out without them', () => {
    const { endless, states } = explore(numbers({ 0: [1, -2], 1: [9], 2: [1, -2, -3], 3: [2] }, [], [9]));
    expect(endless).toBeUndefined();
    expect(states).toBe(5);
  });

  test('says so when the bound came first', () => {
    expect(explore(numbers({ 0: [1], 1: [2], 2: [3] }), 3)).toMatchObject({ isWhole: false, states: 3 });
  });
});
