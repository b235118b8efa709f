import type { Mistake } from '../task/task.ts';
import { readExpression, type Used } from './expression.ts';
import { ExpressionError } from './tokens.ts';

const kinds = { keyCondition: 'key', filter: 'condition', projection: 'projection' } as const;

/** Everything that is wrong with a filter by itself: expressions that cannot be read, names and values that miss or spare. */
export function mistakesOfFilter(given: unknown): Mistake[] {
  if (typeof given !== 'object' || given === null) return [];
  const filter = given as Record<string, unknown>;
  if (JSON.stringify(filter).length > longest) return [tooLong];
  const used: Used = { names: [], values: [] };
  const mistakes: Mistake[] = [];
  for (const [member, kind] of Object.entries(kinds)) {
    const text = filter[member];
    if (typeof text !== 'string' || text === '') continue;
    try {
      const { names, values } = readExpression(text, kind);
      used.names.push(...names);
      used.values.push(...values);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      mistakes.push({
        field: `filter.${member}`,
        problem: `It cannot be read at position ${error.at}: ${error.message}.`,
        remedy: 'Correct it, in the expression language of DynamoDB.',
      });
    }
  }
  if (mistakes.length > 0) return mistakes;
  if (!Object.keys(kinds).some((member) => filter[member] !== undefined)) return [empty];
  return [...unlike('names', used.names, filter.names), ...unlike('values', used.values, filter.values)];
}

/** A task has to fit into an item of the catalog. */
const longest = 100_000;

const tooLong: Mistake = {
  field: 'filter',
  problem: 'It has more than 100,000 characters.',
  remedy: 'Give fewer values, or export more and filter the files.',
};

const empty: Mistake = {
  field: 'filter',
  problem: 'It has no expression.',
  remedy: 'Give keyCondition, filter or projection, or leave the filter out.',
};

/** AWS refuses a placeholder without a meaning, and a meaning that no expression uses. */
function unlike(member: 'names' | 'values', used: string[], given: unknown): Mistake[] {
  const known = Object.keys(typeof given === 'object' && given !== null ? given : {});
  const missing = [...new Set(used)].filter((one) => !known.includes(one));
  const spare = known.filter((one) => !used.includes(one));
  return [
    ...missing.map((one) => ({
      field: `filter.${member}`,
      problem: `${one} is used and has no meaning.`,
      remedy: `Give ${member === 'names' ? `{"${one}": "<attribute>"}` : `{"${one}": {"S": "<value>"}}`}.`,
    })),
    ...spare.map((one) => ({
      field: `filter.${member}.${one}`,
      problem: 'No expression uses it.',
      remedy: 'Leave it out, or use it: AWS refuses what is not used.',
    })),
  ];
}
