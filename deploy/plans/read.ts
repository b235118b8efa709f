import { type Document, isMap, type Node, type Pair, parseDocument, visit } from 'yaml';
import { planNamePattern } from '../../events/patterns.ts';
import { adHoc } from '../../shared/names.ts';
import { type Plan, planOf } from '../../shared/plan.ts';
import { PlanSource } from '../../shared/plans/definition.ts';
import { type ExportsPlan, exportsPlanOf, type PlansFile } from '../../shared/plans/exports.ts';
import { ExportsSource } from '../../shared/plans/exports-definition.ts';
import { mistakesAcrossExports } from './export-rules.ts';
import { mistakesOfIssues } from './issues.ts';
import { keyOf, locate, repeatedKeys, startOf } from './places.ts';
import { type Mistake, mistakesAcrossFields } from './rules.ts';

/** One mistake in plans.yml, ready to be shown: where, and what to do. Lines and columns count from 1. */
export interface Problem {
  file: string;
  line: number;
  column: number;
  /** As `plans.nightly.keep.daily` or `exports.lake.bucket`. */
  field: string;
  message: string;
}

type Report = (offset: number, path: PropertyKey[], message: string) => void;

/**
 * Reads and checks plans.yml and finds every mistake at once. Plans are looked at one by one, as pairs of the
 * document, so that two of one name, or one with a wrong name, hide nothing of what is inside.
 */
export function readPlans(text: string, file: string): PlansFile | { problems: Problem[] } {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const problems: Problem[] = [];
  const report: Report = (offset, path, message) => {
    problems.push({ file, ...placeOf(text, offset), field: path.map(String).join('.'), message });
  };

  for (const error of document.errors) report(error.pos[0], [], inYaml(error.code, error.message));
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined) report(startOf(alias), [], inYaml('BAD_ALIAS', ''));
    },
  });
  const read = problems.length > 0 ? { plans: [], exports: [] } : readAll(document, report);
  if (problems.length === 0) return read;
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** Counted here: the YAML reader loses count inside some mistakes. */
function placeOf(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** `plans.yml:7:3 plans.nightly.keep: keeps nothing; …`: one line, in which nothing is invisible. */
export function sentenceOf({ file, line, column, field, message }: Problem): string {
  const sentence = `${file}:${line}:${column} ${field === '' ? '' : `${field}: `}${message}`;
  return sentence.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`);
}

function inYaml(code: string, message: string): string {
  if (code === 'BAD_ALIAS')
    return 'a * at the beginning means something else in YAML; put the pattern in quotes, as in "*-prod".';
  if (code === 'TAB_AS_INDENT') return 'is indented by a tab; use spaces.';
  return `is not YAML: ${message}.`;
}

function readAll(document: Document.Parsed, report: Report): PlansFile {
  const top = document.contents;
  const holds = 'must hold plans: and below it the plans by their names, and may hold exports: likewise';
  const read: PlansFile = { plans: [], exports: [] };
  if (!isMap(top)) {
    report(0, [], `The file ${holds}.`);
    return read;
  }
  for (const pair of top.items) {
    const key = keyOf(pair);
    const items = isMap(pair.value) ? pair.value.items : [];
    if (key !== 'plans' && key !== 'exports') {
      report(startOf(pair.key), [key], `is not known here; the file ${holds}.`);
    } else if (items.length === 0) {
      report(startOf(pair.value ?? pair.key), [key], `is empty; write the ${key} by their names below it.`);
    } else if (key === 'plans') read.plans.push(...readPairs(document, items, planKind, report));
    else read.exports.push(...readPairs(document, items, exportsKind, report));
  }
  if (!top.items.some((pair) => keyOf(pair) === 'plans')) report(0, [], `plans: is missing; the file ${holds}.`);
  return read;
}

/** What stands by its name below a key of the file. */
interface Kind<Entry> {
  key: string;
  mistakeOfName(name: string): string | undefined;
  read(name: string, value: unknown): { entry: Entry } | { mistakes: Mistake[] };
}

const planKind: Kind<Plan> = {
  key: 'plans',
  mistakeOfName(name) {
    if (name === adHoc) return 'is the name of backups that no plan made; choose another.';
    if (planNamePattern.test(name)) return undefined;
    return 'cannot name a plan; write 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit, as it becomes part of the names of backups.';
  },
  read(name, value) {
    const { success, data, error } = PlanSource.safeParse(value);
    const issues = mistakesOfIssues(error?.issues ?? [], value, 'plan');
    const mistakes = [...issues, ...mistakesAcrossFields(value)];
    return success && mistakes.length === 0 ? { entry: planOf(name, data) } : { mistakes };
  },
};

const exportsKind: Kind<ExportsPlan> = {
  key: 'exports',
  mistakeOfName: (name) =>
    planNamePattern.test(name)
      ? undefined
      : 'cannot name exports; write 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit.',
  read(name, value) {
    const { success, data, error } = ExportsSource.safeParse(value);
    const issues = mistakesOfIssues(error?.issues ?? [], value, 'exports');
    const mistakes = [...issues, ...mistakesAcrossExports(name, value)];
    return success && mistakes.length === 0 ? { entry: exportsPlanOf(name, data) } : { mistakes };
  },
};

function readPairs<Entry>(document: Document.Parsed, pairs: Pair[], kind: Kind<Entry>, report: Report): Entry[] {
  const seen = new Map<string, number>();
  return pairs.flatMap((pair) => {
    const name = keyOf(pair);
    const path = [kind.key, name];
    const nameAt = startOf(pair.key);
    const mistake = kind.mistakeOfName(name);
    if (mistake !== undefined) report(nameAt, path, mistake);
    const other = kind.key === 'plans' ? 'a plan' : 'exports';
    if (seen.has(name))
      report(
        nameAt,
        path,
        `is the name of ${other} above as well; give each ${other === 'a plan' ? 'plan' : 'of them'} a name of its own.`,
      );
    seen.set(name, nameAt);
    for (const { key, at } of repeatedKeys(pair.value)) report(at, [...path, ...key], 'is there twice; leave one.');

    const read = kind.read(name, (pair.value as Node | null)?.toJS(document));
    if ('entry' in read) return [read.entry];
    for (const { path: inner, isKey, message } of read.mistakes) {
      report(locate(pair, inner, isKey ?? false), [...path, ...inner], message);
    }
    return [];
  });
}
