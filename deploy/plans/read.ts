import { type Document, isMap, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import { planNamePattern } from '../../events/patterns.ts';
import { adHoc } from '../../shared/names.ts';
import { type Plan, planOf } from '../../shared/plan.ts';
import { PlanSource } from '../../shared/plans/definition.ts';
import { mistakesOfIssues } from './issues.ts';
import { keyOf, locate, repeatedKeys, startOf } from './places.ts';
import { type Mistake, mistakesAcrossFields } from './rules.ts';

/** One mistake in plans.yml, ready to be shown: where, and what to do. Lines and columns count from 1. */
export interface Problem {
  file: string;
  line: number;
  column: number;
  /** As `plans.nightly.keep.daily`. */
  field: string;
  message: string;
}

type Report = (offset: number, path: PropertyKey[], message: string) => void;

/**
 * Reads and checks plans.yml and finds every mistake at once. Plans are looked at one by one, as pairs of the
 * document, so that two of one name, or one with a wrong name, hide nothing of what is inside.
 */
export function readPlans(text: string, file: string): { plans: Plan[] } | { problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const problems: Problem[] = [];
  const report: Report = (offset, path, message) => {
    const { line, col } = lines.linePos(offset);
    problems.push({
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      field: path.map(String).join('.'),
      message,
    });
  };

  for (const error of document.errors) report(error.pos[0], [], inYaml(error.code, error.message));
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined) report(startOf(alias), [], inYaml('BAD_ALIAS', ''));
    },
  });
  const plans = problems.length > 0 ? [] : readAll(document, report);
  if (problems.length === 0) return { plans };
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** `plans.yml:7:3 plans.nightly.keep: keeps nothing; …` */
export function sentenceOf({ file, line, column, field, message }: Problem): string {
  return `${file}:${line}:${column} ${field === '' ? '' : `${field}: `}${message}`;
}

function inYaml(code: string, message: string): string {
  if (code === 'BAD_ALIAS')
    return 'a * at the beginning means something else in YAML; put the pattern in quotes, as in "*-prod".';
  if (code === 'TAB_AS_INDENT') return 'is indented by a tab; use spaces.';
  return `is not YAML: ${message}.`;
}

function readAll(document: Document.Parsed, report: Report): Plan[] {
  const top = document.contents;
  const onlyPlans = 'must hold plans: and below it the plans by their names';
  if (!isMap(top)) {
    report(0, [], `The file ${onlyPlans}.`);
    return [];
  }
  const plans: Plan[] = [];
  for (const pair of top.items) {
    const key = keyOf(pair);
    if (key !== 'plans') report(startOf(pair.key), [key], `is not known here; the file ${onlyPlans}.`);
    else if (isMap(pair.value) && pair.value.items.length > 0)
      plans.push(...readPairs(document, pair.value.items, report));
    else report(startOf(pair.value ?? pair.key), [key], `is empty; write the plans by their names below it.`);
  }
  if (!top.items.some((pair) => keyOf(pair) === 'plans')) report(0, [], `plans: is missing; the file ${onlyPlans}.`);
  return plans;
}

function readPairs(document: Document.Parsed, pairs: Pair[], report: Report): Plan[] {
  const seen = new Map<string, number>();
  return pairs.flatMap((pair) => {
    const name = keyOf(pair);
    const path = ['plans', name];
    const nameAt = startOf(pair.key);
    const mistake = mistakeOfName(name);
    if (mistake !== undefined) report(nameAt, path, mistake);
    if (seen.has(name)) report(nameAt, path, 'is the name of a plan above as well; give each plan a name of its own.');
    seen.set(name, nameAt);
    for (const { key, at } of repeatedKeys(pair.value)) report(at, [...path, ...key], 'is there twice; leave one.');

    const read = readPlan(document, name, pair.value);
    if ('plan' in read) return [read.plan];
    for (const { path: inner, isKey, message } of read.mistakes) {
      report(locate(pair, inner, isKey ?? false), [...path, ...inner], message);
    }
    return [];
  });
}

function mistakeOfName(name: string): string | undefined {
  if (name === adHoc) return 'is the name of backups that no plan made; choose another.';
  if (planNamePattern.test(name)) return undefined;
  return 'cannot name a plan; write 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit, as it becomes part of the names of backups.';
}

function readPlan(document: Document.Parsed, name: string, node: unknown): { plan: Plan } | { mistakes: Mistake[] } {
  const value: unknown = (node as Node | null)?.toJS(document);
  const { success, data, error } = PlanSource.safeParse(value);
  const mistakes = [...mistakesOfIssues(error?.issues ?? [], value), ...mistakesAcrossFields(value)];
  return success && mistakes.length === 0 ? { plan: planOf(name, data) } : { mistakes };
}
