import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, planName, region } from './contract.ts';

const ofAPlan = { plan: planName, account, region };
const count = z.number().check(z.int(), z.nonnegative());

export const RetentionCompleted = fact(
  'Retention Completed',
  { sentBy: 'apply-retention', heardBy: '', when: 'a plan has been judged in a target and what was due is deleted' },
  { ...ofAPlan, kept: count, deleted: count, failed: count, throttled: count },
);

export const RetentionBlocked = fact(
  'Retention Blocked',
  {
    sentBy: 'apply-retention',
    heardBy: 'people',
    when: 'a plan would lose more backups at once than the budget allows; the rest waits for a confirmation',
  },
  { ...ofAPlan, due: count, budget: count },
);

export const RetentionChanged = fact(
  'Retention Changed',
  {
    sentBy: 'apply-retention',
    heardBy: 'people',
    when: 'the deployed keep of a plan has become stricter; it acts after a grace time',
  },
  { ...ofAPlan, actsAt: instant, wouldDelete: count },
);

export type RetentionCompleted = DetailOf<typeof RetentionCompleted>;
export type RetentionBlocked = DetailOf<typeof RetentionBlocked>;
export type RetentionChanged = DetailOf<typeof RetentionChanged>;
