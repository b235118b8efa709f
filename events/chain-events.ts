import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, planName, region, tableName } from './contract.ts';

const count = z.number().check(z.int(), z.nonnegative());
const ofAPlan = { plan: planName, account, region };
const ofATable = { ...ofAPlan, table: tableName, tableId: z.string() };
/** The first few by name. */
const few = z.array(z.string()).check(z.maxLength(10));

export const ExportChainBegan = fact(
  'Export Chain Began',
  {
    sentBy: 'export',
    heardBy: 'whoever reads exports',
    when: 'a table was exported whole on schedule: what is exported after it joins it',
  },
  {
    ...ofATable,
    /** Id of the full export. */
    chain: z.string(),
    bucket: z.string(),
    /** Key of the chain's first object in the bucket. */
    link: z.string(),
    exportTime: instant,
    reason: z.string(),
  },
);

export const ExportChainEnded = fact(
  'Export Chain Ended',
  {
    sentBy: 'export',
    heardBy: 'whoever reads exports',
    when: 'a table that was exported on schedule is gone, or in no such plan any more',
  },
  {
    ...ofATable,
    /** Absent when nothing of it was ever exported. */
    chain: z.optional(z.string()),
    until: z.optional(instant),
    reason: z.string(),
  },
);

export const ExportRoundCompleted = fact(
  'Export Round Completed',
  {
    sentBy: 'export',
    heardBy: 'people, if some failed',
    when: 'what a firing of exports had to do is done, or given up until the next one',
  },
  {
    ...ofAPlan,
    scheduledAt: instant,
    tables: count,
    /** Their exports are complete up to the scheduled time, or to less than 15 minutes before it. */
    current: count,
    failed: count,
    named: few,
  },
);

export const ExportOverdue = fact(
  'Export Overdue',
  {
    sentBy: 'audit',
    heardBy: '(counted in Protection Changed)',
    when: "a table's exports end longer ago than the rpo of their plan; once, until they are well again",
  },
  {
    ...ofATable,
    /** The last complete instant; absent when nothing was ever exported. */
    until: z.optional(instant),
    rpoSeconds: z.number(),
    overdueSeconds: z.number(),
  },
);

export const ExportCaughtUp = fact(
  'Export Caught Up',
  {
    sentBy: 'audit',
    heardBy: '(counted in Protection Changed)',
    when: 'the exports of a table that were overdue are within their rpo again',
  },
  { ...ofATable, until: instant },
);

export type ExportOverdue = DetailOf<typeof ExportOverdue>;
