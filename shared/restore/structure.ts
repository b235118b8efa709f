import type { IndexShape, LivingTable } from './calls.ts';
import type { RestorePlan } from './plan.ts';

/** What of a table is not as the plan says: sentences. Throughput that scales by itself is not compared. */
export function structureDifferences({ structure, settings }: RestorePlan, table: LivingTable): string[] {
  const { billingMode, throughput, keys, globalIndexes, localIndexes, encryption } = structure;
  const isSized = billingMode === 'PROVISIONED' && !settings.scaling;
  const { read, write } = table.throughput;
  const isKms = table.keyArn !== undefined;
  return [
    ...(isSame(keys, table.keys) ? [] : [`the keys are ${JSON.stringify(table.keys)}`]),
    ...(billingMode === table.billingMode ? [] : [`the billing mode is ${table.billingMode}, not ${billingMode}`]),
    ...(isSized && (read !== throughput.read || write !== throughput.write)
      ? [`the throughput is ${read} and ${write}, not ${throughput.read} and ${throughput.write}`]
      : []),
    ...indexDifferences('global', globalIndexes, table.globalIndexes ?? [], isSized),
    ...indexDifferences('local', localIndexes, table.localIndexes ?? [], false),
    ...(encryption !== 'asItWas' && isKms !== (encryption === 'KMS')
      ? [`the encryption is ${isKms ? 'KMS' : 'AWS_OWNED'}, not ${encryption}`]
      : []),
  ];
}

function indexDifferences(
  kind: string,
  wanted: IndexShape[] | undefined,
  found: IndexShape[],
  isSized: boolean,
): string[] {
  if (wanted === undefined) return [];
  const there = new Map(found.map((index) => [index.name, index]));
  const names = new Set(wanted.map(({ name }) => name));
  return [
    ...wanted.flatMap((index) => {
      const other = there.get(index.name);
      if (other === undefined) return [`the ${kind} index ${index.name} is missing`];
      const isLike =
        isSame(index.keys, other.keys) &&
        isSame(projection(index), projection(other)) &&
        (!isSized || isSame(index.throughput, other.throughput));
      return isLike ? [] : [`the ${kind} index ${index.name} is not as it was`];
    }),
    ...found.filter(({ name }) => !names.has(name)).map(({ name }) => `there is a ${kind} index ${name} too many`),
  ];
}

/** Without order: AWS lists the attributes of a projection as it likes. */
const projection = ({ projection: { ProjectionType, NonKeyAttributes = [] } }: IndexShape) => [
  ProjectionType,
  [...NonKeyAttributes].sort(),
];

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
