import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../../shared/plan.ts';
import type { PlansFile } from '../../shared/plans/exports.ts';
import { readPlans, sentenceOf } from './read.ts';

/** The file that a user edits. */
export const plansFile = fileURLToPath(new URL('../../plans.yml', import.meta.url));

/** All its mistakes, one a line. Has no stack: osls and esbuild print it, and the person needs the sentences only. */
export class PlansError extends Error {
  override name = 'PlansError';

  constructor(sentences: string[]) {
    super(sentences.join('\n'));
    this.stack = '';
  }
}

/** The checked plans of a file; throws a PlansError with every mistake. */
export const loadPlans = (path = plansFile): Plan[] => loadFile(path).plans;

/** All that a file says, checked; throws likewise. */
export function loadFile(path = plansFile): PlansFile {
  const shown = relative(process.cwd(), path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlansError([`${shown} cannot be read (${(error as Error).message}); write your plans there.`]);
  }
  const read = readPlans(text, shown);
  if ('plans' in read) return read;
  const { length } = read.problems;
  throw new PlansError([
    `${length === 1 ? 'One mistake' : `${length} mistakes`} in ${shown}:`,
    ...read.problems.map(sentenceOf),
  ]);
}
