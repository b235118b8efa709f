import { invalid, invalidParameters } from './errors.ts';
import { noThroughput } from './new-table.ts';
import type { BackedUp, GlobalIndex, LocalIndex, OnDemandThroughput, Throughput, WarmThroughput } from './state.ts';

/** What a restore may ask for instead of what the source had. */
export interface Overrides {
  BillingModeOverride?: string;
  GlobalSecondaryIndexOverride?: (LocalIndex & {
    ProvisionedThroughput?: Throughput;
    OnDemandThroughput?: OnDemandThroughput;
    WarmThroughput?: WarmThroughput;
  })[];
  LocalSecondaryIndexOverride?: LocalIndex[];
  ProvisionedThroughputOverride?: Throughput;
  OnDemandThroughputOverride?: OnDemandThroughput;
}

/** What a restored table is made of besides its items. */
export type Restorable = Pick<
  BackedUp,
  'attributes' | 'keys' | 'localIndexes' | 'globalIndexes' | 'isOnDemand' | 'throughput' | 'onDemand'
>;

/**
 * The source's keys, indexes and capacity with the overrides applied. Indexes can only be left out: "the indexes provided
 * should match existing secondary indexes" (API_RestoreTableFromBackup). The sentences of the refusals are ours.
 */
export function withOverrides(source: BackedUp, overrides: Overrides): Restorable {
  const { BillingModeOverride: billing, ProvisionedThroughputOverride, OnDemandThroughputOverride } = overrides;
  const isOnDemand = billing == null ? source.isOnDemand : billing === 'PAY_PER_REQUEST';
  checkCapacity(source, overrides, isOnDemand);
  const globalIndexes = globalOf(source, overrides.GlobalSecondaryIndexOverride, isOnDemand);
  const localIndexes = localOf(source, overrides.LocalSecondaryIndexOverride);
  const onDemand = OnDemandThroughputOverride ?? source.onDemand;
  return {
    keys: source.keys,
    attributes: usedBy(source, [...globalIndexes, ...localIndexes]),
    localIndexes,
    globalIndexes,
    isOnDemand,
    throughput: isOnDemand ? noThroughput : (ProvisionedThroughputOverride ?? source.throughput),
    ...(isOnDemand && onDemand && { onDemand }),
  };
}

function checkCapacity(source: BackedUp, overrides: Overrides, isOnDemand: boolean): void {
  const { ProvisionedThroughputOverride: provisioned, OnDemandThroughputOverride: onDemand } = overrides;
  if (isOnDemand && provisioned) {
    const both = 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified';
    throw invalidParameters(`${both} when BillingMode is PAY_PER_REQUEST`);
  }
  if (!isOnDemand && source.isOnDemand && !provisioned) {
    throw invalidParameters('ProvisionedThroughputOverride must be specified when BillingModeOverride is PROVISIONED');
  }
  if (!isOnDemand && onDemand) {
    const limited = Object.keys(onDemand)[0] ?? 'MaxReadRequestUnits';
    throw invalidParameters(
      `${limited} for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED`,
    );
  }
}

function globalOf(
  source: BackedUp,
  wanted: Overrides['GlobalSecondaryIndexOverride'],
  isOnDemand: boolean,
): GlobalIndex[] {
  const given = wanted ?? source.globalIndexes.map((index) => ({ IndexName: index.IndexName }) as LocalIndex);
  if (wanted) checkSubset('GlobalSecondaryIndexOverride', wanted, source.globalIndexes);
  return given.map((asked: NonNullable<typeof wanted>[number]) => {
    const { throughput: had, onDemand: limits, ...index } = named(source.globalIndexes, asked.IndexName);
    const throughput = asked.ProvisionedThroughput ?? had;
    if (isOnDemand && asked.ProvisionedThroughput) {
      const both = 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified';
      throw invalidParameters(`${both} for index: ${index.IndexName} when BillingMode is PAY_PER_REQUEST`);
    }
    if (!isOnDemand && throughput.ReadCapacityUnits === 0) {
      throw invalidParameters(`ProvisionedThroughput is not specified for index: ${index.IndexName}`);
    }
    const onDemand = asked.OnDemandThroughput ?? limits;
    const { IndexName, KeySchema, Projection } = index;
    return {
      IndexName,
      KeySchema,
      Projection,
      throughput: isOnDemand ? noThroughput : throughput,
      ...(isOnDemand && onDemand && { onDemand }),
      ...(asked.WarmThroughput && { warm: asked.WarmThroughput }),
      status: 'CREATING',
    };
  });
}

function localOf(source: BackedUp, wanted: LocalIndex[] | undefined): LocalIndex[] {
  if (!wanted) return source.localIndexes;
  checkSubset('LocalSecondaryIndexOverride', wanted, source.localIndexes);
  return wanted.map(({ IndexName }) => named(source.localIndexes, IndexName));
}

const named = <Index extends LocalIndex>(indexes: Index[], name: string): Index => {
  const found = indexes.find(({ IndexName }) => IndexName === name);
  if (found === undefined) throw invalidParameters(`The source does not have the specified index: ${name}`);
  return found;
};

/** Every index of the list must be one of the source's, under its name, with its keys and its projection, once. */
function checkSubset(member: string, wanted: LocalIndex[], existing: LocalIndex[]): void {
  const seen = new Set<string>();
  for (const { IndexName, KeySchema, Projection } of wanted) {
    const found = existing.find((index) => index.IndexName === IndexName);
    if (found === undefined) {
      throw invalidParameters(`${member}: index ${IndexName} does not match any index of the source`);
    }
    if (seen.has(IndexName)) throw invalid(`${member}: duplicate index name: ${IndexName}`);
    seen.add(IndexName);
    if (shapeOf(found) !== shapeOf({ IndexName, KeySchema, Projection })) {
      throw invalidParameters(`${member}: index ${IndexName} has other keys or another projection than in the source`);
    }
  }
}

const shapeOf = ({ KeySchema, Projection }: LocalIndex): string =>
  JSON.stringify([
    KeySchema.map(({ AttributeName, KeyType }) => [AttributeName, KeyType]),
    Projection.ProjectionType,
    [...(Projection.NonKeyAttributes ?? [])].sort(),
  ]);

/** A definition that no key uses any more goes with its index. */
function usedBy({ attributes, keys }: BackedUp, indexes: LocalIndex[]): BackedUp['attributes'] {
  const used = new Set([keys, ...indexes.map(({ KeySchema }) => KeySchema)].flat().map((key) => key.AttributeName));
  return attributes.filter(({ AttributeName }) => used.has(AttributeName));
}
