import { expect, test } from 'vitest';
import { withinBudget } from '../../shared/retention/budget.ts';
import { judge, judgeAdHoc } from '../../shared/retention.ts';
import { backupAt, usual } from './backups.ts';

const nights = Array.from({ length: 6 }, (_, night) => backupAt(`2026-01-0${night + 1}T02:00Z`));
const nightsOf = (verdicts: { backup: { stamp: string } }[]) => verdicts.map(({ backup }) => backup.stamp.slice(6, 8));

test('what was begun before goes on first, then the oldest goes', () => {
  const verdicts = judge(nights, { last: 1 }, usual);
  expect(nightsOf(withinBudget(verdicts, 0, true).act)).toEqual(['01', '02', '03', '04', '05']);
  const begun = new Set(nights.slice(2, 4));
  expect(nightsOf(withinBudget(verdicts, 0, true, begun).act)).toEqual(['03', '04', '01', '02', '05']);
  expect(nightsOf(withinBudget(verdicts, 0, false, begun).act)).toEqual(['03', '04']);
});

test('of two that are from the same instant the one of the later run is newer', () => {
  const createdAt = Date.parse('2026-01-09T02:00Z');
  const same = nights.map((backup) => ({ ...backup, createdAt }));
  for (const order of [same, same.toReversed(), [3, 0, 5, 1, 4, 2].flatMap((index) => same[index] ?? [])]) {
    const kept = judge(order, { last: 2 }, usual).filter(({ keptBy }) => keptBy.length > 0);
    expect(nightsOf(kept)).toEqual(['06', '05']);
  }
});

test('a second backup goes when the first is there, or is being deleted, or was; and stays in the place of one that is lost', () => {
  const [first = backupAt('2026-01-01T02:00Z')] = nights;
  const second = { ...first, isDuplicate: true as const, backupArn: `${first.backupArn}2` };
  for (const [state, reasons] of [
    ['AVAILABLE', []],
    ['DELETING', []],
    ['DELETED', []],
    ['VANISHED', ['original missing']],
    ['FAILED', ['original missing']],
  ] as const) {
    const others = nights.slice(1);
    const verdicts = judge([...others, { ...first, state }, second], { last: 1 }, usual);
    expect([state, verdicts.find(({ backup }) => backup === second)?.keptBy]).toEqual([state, reasons]);
  }
});

test('a second backup that was asked for is not kept for being all there is', () => {
  const [first = backupAt('2026-01-01T02:00Z')] = nights;
  const second = { ...first, isDuplicate: true as const, backupArn: `${first.backupArn}2` };
  expect(judge([second], { last: 1 }, usual)[0]?.keptBy).toEqual(['original missing']);
  expect(judgeAdHoc([second], usual.now)[0]?.keptBy).toEqual([]);
});

test('who asked for a deletion is named', () => {
  const deletion = { by: 'me', reason: 'made by mistake', at: Date.parse('2026-01-02T03:04:05Z') };
  const [verdict] = judgeAdHoc(
    [{ ...(nights[0] ?? backupAt('2026-01-01T02:00Z')), deletion, expiresAt: 1 }],
    usual.now,
  );
  expect(verdict?.expiredBecause).toBe('me asked for it at 2026-01-02T03:04:05.000Z (made by mistake).');
});

test.each([
  [{ last: 2, daily: 7 }, 'No rule keeps it any more: last 2, daily 7.'],
  [{ last: 1, withinMs: 7_200_000 }, 'No rule keeps it any more: last 1, within 2 h.'],
])('with %j it says so by the rules', (keep, sentence) => {
  const because = judge(
    [...nights, ...nights.map((one) => ({ ...one, stamp: `2025${one.stamp.slice(4)}`, createdAt: 1 }))],
    keep,
    usual,
  );
  expect(because.at(-1)?.expiredBecause).toBe(sentence);
});

test('a keep that keeps nothing is refused with what to write', () => {
  expect(() => judge(nights, {}, usual)).toThrow('keeps nothing; give it at least one rule');
});
