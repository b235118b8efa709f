import { prefixWords } from '../../shared/plans/exports-definition.ts';
import { durationIn, type Fields, inSchedule, inTables, inTargets, isFields, type Mistake } from './rules.ts';

/** The rules of exports that no schema can say. */
export function mistakesAcrossExports(name: string, exports: unknown): Mistake[] {
  if (!isFields(exports)) return [];
  return [
    ...inSchedule(exports),
    ...inTables(exports.tables),
    ...inTargets(exports.targets),
    ...inPrefix(name, exports.prefix),
    ...inMode(exports),
    ...inRpo(exports.rpo),
  ];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html */
const longestPrefix = 512;
/** Each word at its longest. */
const lengths: Record<string, number> = { table: 255, date: 10, account: 12, region: 25 };

function inPrefix(name: string, prefix: unknown): Mistake[] {
  if (typeof prefix !== 'string') return [];
  const words = [...prefix.matchAll(/\{([a-z]+)\}/g)].map(([, word = '']) => word);
  const path = ['prefix'];
  const unknown = words.filter((word) => !prefixWords.some((known) => known === word));
  if (unknown.length > 0) {
    return [{ path, message: `{${unknown[0]}} is not known; in braces may stand ${prefixWords.join(', ')}.` }];
  }
  const longest = prefix.replaceAll(/\{([a-z]+)\}/g, (_, word: string) =>
    'x'.repeat(word === 'plan' ? name.length : (lengths[word] ?? 0)),
  ).length;
  const tooLong = `can become ${longest} characters long with the longest names, and AWS takes ${longestPrefix}; write a shorter one.`;
  const noTable =
    'does not name the table, so that files of all tables lie in one folder; write {table} somewhere in it.';
  return [
    ...(longest > longestPrefix ? [{ path, message: tooLong }] : []),
    ...(words.includes('table') ? [] : [{ path, message: noTable }]),
  ];
}

function inMode({ mode, view }: Fields): Mistake[] {
  if (mode !== 'full' || view === undefined) return [];
  const message = 'is of incremental exports only; leave it out, or write mode: incremental.';
  return [{ path: ['view'], isKey: true, message }];
}

const shortestRpoMs = 30 * 60_000;

/** A window has at least 15 minutes, and point-in-time recovery follows time by five. */
function inRpo(rpo: unknown): Mistake[] {
  const ms = durationIn(rpo);
  if (ms === undefined || ms >= shortestRpoMs) return [];
  return [
    {
      path: ['rpo'],
      message: `${String(rpo)} is not possible; write 30m or more, as AWS exports windows of at least 15 minutes.`,
    },
  ];
}
