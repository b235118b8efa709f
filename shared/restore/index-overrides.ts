import type { RestoreRequest } from '../../events/restore-request.ts';
import type { Mistake } from '../task/task.ts';
import type { IndexShape, Limits, TableShape, Throughput } from './calls.ts';

type Target = RestoreRequest['target'];

/** Indexes of the new table, undefined where nobody says; and what is wrong with the wish. */
export interface WantedIndexes {
  globalIndexes?: IndexShape[];
  localIndexes?: IndexShape[];
  mistakes: Mistake[];
}

/** Of the indexes that the table had those that are to be kept, with the throughput that they will have. */
export function wantedIndexes(
  then: TableShape,
  request: Target,
  billingMode: TableShape['billingMode'],
): WantedIndexes {
  const mistakes: Mistake[] = [];
  const globals = request.globalSecondaryIndexes;
  const wishes = globals?.map((wish) => (typeof wish === 'string' ? { name: wish } : wish));
  const throughput = request.provisionedThroughput ?? then.throughput;
  const globalIndexes = kept(
    'globalSecondaryIndexes',
    then.globalIndexes,
    globals === null ? [] : wishes?.map(({ name }) => name),
    mistakes,
  );
  const locals = request.localSecondaryIndexes;
  const localIndexes = kept('localSecondaryIndexes', then.localIndexes, locals === null ? [] : locals, mistakes);
  const sized = globalIndexes?.map((index) => {
    const wish = wishes?.find(({ name }) => name === index.name);
    return sizedAs(index, { billingMode, throughput, ...wish });
  });
  for (const [number, wish] of (wishes ?? []).entries()) mistakes.push(...unfit(number, wish, billingMode));
  return { ...(sized && { globalIndexes: sized }), ...(localIndexes && { localIndexes }), mistakes };
}

function kept(
  field: 'globalSecondaryIndexes' | 'localSecondaryIndexes',
  there: IndexShape[] | undefined,
  names: string[] | undefined,
  mistakes: Mistake[],
): IndexShape[] | undefined {
  if (names === undefined) return there;
  if (there === undefined) {
    if (names.length === 0) return [];
    mistakes.push({
      field: `target.${field}`,
      problem: 'AWS does not say which indexes the table of a SYSTEM backup had.',
      remedy: 'Leave the field out: all indexes come back; or set it to null: none does.',
    });
    return undefined;
  }
  for (const [number, name] of names.entries()) {
    if (there.some((index) => index.name === name)) continue;
    mistakes.push({
      field: `target.${field}.${number}`,
      problem: `There was no index ${name}; there were ${there.map((index) => index.name).join(', ') || 'none'}.`,
      remedy: 'Name those to keep. A restore cannot add, rename or change an index; do that afterwards.',
    });
  }
  return there.filter((index) => names.includes(index.name));
}

interface Size {
  billingMode: TableShape['billingMode'];
  /** Of the table: for an index that never had its own. */
  throughput: Throughput;
  provisionedThroughput?: Throughput | undefined;
  onDemandThroughput?: { [Unit in keyof Limits]?: number | undefined } | undefined;
}

function sizedAs(
  index: IndexShape,
  { billingMode, throughput, provisionedThroughput, onDemandThroughput }: Size,
): IndexShape {
  const { name, keys, projection } = index;
  if (billingMode === 'PAY_PER_REQUEST') {
    const limits = onDemandThroughput ?? index.limits;
    return { name, keys, projection, ...(limits && { limits: limits as Limits }) };
  }
  const own = index.throughput && index.throughput.read > 0 ? index.throughput : throughput;
  return { name, keys, projection, throughput: provisionedThroughput ?? own };
}

function unfit(
  number: number,
  wish: { provisionedThroughput?: unknown; onDemandThroughput?: unknown },
  billingMode: TableShape['billingMode'],
): Mistake[] {
  const field = `target.globalSecondaryIndexes.${number}`;
  if (billingMode === 'PAY_PER_REQUEST' && wish.provisionedThroughput !== undefined) {
    const problem = 'An index of a table on demand has no provisioned throughput.';
    return [
      { field: `${field}.provisionedThroughput`, problem, remedy: 'Leave it out, or set billingMode to PROVISIONED.' },
    ];
  }
  if (billingMode === 'PROVISIONED' && wish.onDemandThroughput !== undefined) {
    const problem = 'An index of a provisioned table has no on-demand limits.';
    return [
      { field: `${field}.onDemandThroughput`, problem, remedy: 'Leave it out, or set billingMode to PAY_PER_REQUEST.' },
    ];
  }
  return [];
}
