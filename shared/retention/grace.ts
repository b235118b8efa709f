import { isDeepStrictEqual } from 'node:util';
import type { Keep } from '../plan.ts';
import type { Verdict } from '../retention.ts';

/** A keep, and the zone whose days it counts. */
export interface Rules {
  keep: Keep;
  zone: string;
}

/** The rules that act, and stricter ones that have been told of and wait. */
export interface RulesInForce {
  inForce: Rules;
  announced?: Rules & { actsAt: number; isUntold?: true };
}

/** What acts now, what is to be remembered, and what is to be told. */
export interface Graced {
  verdicts: Verdict[];
  rules: RulesInForce;
  announce?: { actsAt: number; wouldDelete: number };
}

/**
 * Lets stricter rules wait: stricter are those that would delete one of these backups that the rules in force keep.
 * Until they act, a backup stays when either keeps it. All others take effect at once. The grace time counts from when
 * they are first seen, which is remembered before it is told: a run that is gone on with may have begun long before.
 */
export function graced(
  remembered: RulesInForce | undefined,
  deployed: Rules,
  judgeBy: (rules: Rules) => Verdict[],
  { now, graceMs }: { now: number; graceMs: number },
): Graced {
  const verdicts = judgeBy(deployed);
  const adopted = { verdicts, rules: { inForce: deployed } };
  if (remembered === undefined || isDeepStrictEqual(remembered.inForce, deployed)) return adopted;
  const merged = keptByEither(verdicts, judgeBy(remembered.inForce));
  const wouldDelete = merged.filter(({ keptBy }) => keptBy[0] === 'grace').length;
  if (wouldDelete === 0) return adopted;

  const known = sameRules(remembered.announced, deployed) ? remembered.announced : undefined;
  const { actsAt, isUntold = false } = known ?? { actsAt: now + graceMs, isUntold: true };
  const announce = isUntold ? { announce: { actsAt, wouldDelete } } : {};
  if (now >= actsAt) return { ...adopted, ...announce };
  return { verdicts: merged, rules: { inForce: remembered.inForce, announced: { ...deployed, actsAt } }, ...announce };
}

/** As they are remembered before they are told of, so that whoever goes on tells of the same instant. */
export function untold({ inForce, announced }: RulesInForce): RulesInForce {
  return { inForce, ...(announced && { announced: { ...announced, isUntold: true } }) };
}

function keptByEither(stricter: Verdict[], inForce: Verdict[]): Verdict[] {
  const kept = new Set(inForce.filter(({ keptBy }) => keptBy.length > 0).map(({ backup }) => backup));
  return stricter.map((verdict) =>
    verdict.keptBy.length === 0 && kept.has(verdict.backup) ? { backup: verdict.backup, keptBy: ['grace'] } : verdict,
  );
}

const sameRules = (announced: Rules | undefined, { keep, zone }: Rules) =>
  announced !== undefined && announced.zone === zone && isDeepStrictEqual(announced.keep, keep);
