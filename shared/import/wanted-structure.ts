import type { ImportRequest } from '../../events/import-request.ts';
import type { IndexShape, KeyElement, Projection } from '../restore/calls.ts';
import type { Mistake } from '../task/task.ts';
import type { Encryption, KeyType, TableStructure } from './structure.ts';

type Target = ImportRequest['target'];
type Key = NonNullable<Target['partitionKey']>;

/** What is known of the table that was exported. */
export interface KnownStructure {
  /** As it was captured, or as the living table has it. */
  structure?: TableStructure;
  /** By the chain. */
  keys?: { name: string; kind: 'HASH' | 'RANGE'; type: KeyType }[];
  /** To another account or Region: keys of KMS do not go along. */
  isElsewhere: boolean;
  /** Its key is the one that AWS manages, which is not named. */
  isKeyOfAws?: boolean | undefined;
  /** Windows name items by the keys of the table that was exported. */
  hasWindows: boolean;
}

export interface WantedStructure {
  structure: TableStructure;
  encryption: Encryption;
}

/** The structure of the new table: what the request says, else as it was. Every mistake at once. */
export function wantedStructure(target: Target, known: KnownStructure): WantedStructure | { mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const was = known.structure;
  const keys = keysOf(target, known);
  if (keys === undefined) return { mistakes: [keysMissing] };
  mistakes.push(...otherKeys(keys, known));
  const billingMode = target.billingMode ?? was?.billingMode ?? 'PAY_PER_REQUEST';
  const throughput = target.provisionedThroughput ?? was?.throughput;
  const isSized = billingMode === 'PROVISIONED';
  if (isSized && throughput === undefined) mistakes.push(throughputMissing);
  if (!isSized && target.billingMode === undefined && target.provisionedThroughput) mistakes.push(throughputTooMany);
  if (isSized && target.billingMode === undefined && target.onDemandThroughput) mistakes.push(limitsTooMany);

  const sized = (index: IndexShape): IndexShape => {
    const { throughput: own, limits, ...rest } = index;
    if (!isSized) return { ...rest, ...(limits && { limits }) };
    return { ...rest, ...(throughput && { throughput: own && own.read > 0 ? own : throughput }) };
  };
  const globalIndexes = (globalsOf(target) ?? was?.globalIndexes ?? []).map(sized);
  const localIndexes = localsOf(target, keys) ?? was?.localIndexes ?? [];
  const limits = target.onDemandThroughput === undefined ? was?.limits : (target.onDemandThroughput ?? undefined);
  const encryption = encryptionOf(target, known);
  if ('problem' in encryption) return { mistakes: [...mistakes, encryption] };
  const types = typesOf(target, known);
  const attributes: [string, KeyType][] = [];
  for (const name of namesIn([keys, ...[...globalIndexes, ...localIndexes].map((index) => index.keys)])) {
    const [type, other] = types.get(name) ?? [];
    if (type === undefined) mistakes.push(typeMissing(name));
    else attributes.push([name, type]);
    if (other !== undefined) mistakes.push(typesDiffer(name));
  }
  if (mistakes.length > 0) return { mistakes };
  const structure: TableStructure = {
    ...{ attributes: Object.fromEntries(attributes), keys, billingMode, globalIndexes, localIndexes },
    ...(isSized && throughput && { throughput }),
    ...(!isSized && limits && { limits: limits as NonNullable<TableStructure['limits']> }),
  };
  return { structure, encryption };
}

const element = ({ name }: { name: string }, KeyType: KeyElement['KeyType']): KeyElement => ({
  AttributeName: name,
  KeyType,
});

const schema = (partition: Key, sort?: Key | null): KeyElement[] => [
  element(partition, 'HASH'),
  ...(sort ? [element(sort, 'RANGE')] : []),
];

function keysOf({ partitionKey, sortKey }: Target, { structure, keys }: KnownStructure): KeyElement[] | undefined {
  if (partitionKey !== undefined) return schema(partitionKey, sortKey);
  return structure?.keys ?? keys?.map((key) => element(key, key.kind));
}

const namesIn = (schemas: KeyElement[][]): Set<string> =>
  new Set(schemas.flatMap((keys) => keys.map(({ AttributeName }) => AttributeName)));

function otherKeys(keys: KeyElement[], { structure, keys: ofChain, hasWindows }: KnownStructure): Mistake[] {
  const were = structure?.keys ?? ofChain?.map((key) => element(key, key.kind));
  if (!hasWindows || were === undefined || JSON.stringify(were) === JSON.stringify(keys)) return [];
  const problem = `The table had the key ${were.map(({ AttributeName }) => AttributeName).join(' and ')}, and the increments name items by it.`;
  return [{ field: 'target.partitionKey', problem, remedy: 'Leave the keys out, or import the full export alone.' }];
}

/** DynamoDB's words for what a projection has. */
function projectionOf(projection: 'ALL' | 'KEYS_ONLY' | string[] = 'ALL'): Projection {
  if (typeof projection === 'string') return { ProjectionType: projection };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: projection };
}

function globalsOf({ globalSecondaryIndexes }: Target): IndexShape[] | undefined {
  if (globalSecondaryIndexes === null) return [];
  return globalSecondaryIndexes?.map(
    ({ name, partitionKey, sortKey, projection, provisionedThroughput: throughput, onDemandThroughput: limits }) => ({
      ...{ name, keys: schema(partitionKey, sortKey), projection: projectionOf(projection) },
      ...(throughput && { throughput }),
      ...(limits && { limits: limits as NonNullable<IndexShape['limits']> }),
    }),
  );
}

function localsOf({ localSecondaryIndexes }: Target, [partition]: KeyElement[]): IndexShape[] | undefined {
  if (localSecondaryIndexes === null) return [];
  return localSecondaryIndexes?.map(({ name, sortKey, projection }) => ({
    ...{ name, projection: projectionOf(projection) },
    keys: [...(partition ? [partition] : []), element(sortKey, 'RANGE')],
  }));
}

/** By name, every type that somebody says an attribute has: the request before what was captured. */
function typesOf(target: Target, { structure, keys = [] }: KnownStructure): Map<string, KeyType[]> {
  const said = [
    target.partitionKey,
    target.sortKey,
    ...(target.globalSecondaryIndexes ?? []).flatMap((index) => [index.partitionKey, index.sortKey]),
    ...(target.localSecondaryIndexes ?? []).map(({ sortKey }) => sortKey),
  ].filter((key) => key !== undefined && key !== null);
  const types = new Map<string, KeyType[]>();
  for (const { name, type } of said) types.set(name, [...new Set([...(types.get(name) ?? []), type])]);
  for (const [name, type] of Object.entries(structure?.attributes ?? {})) if (!types.has(name)) types.set(name, [type]);
  for (const { name, type } of keys) if (!types.has(name)) types.set(name, [type]);
  return types;
}

function encryptionOf(
  { encryption }: Target,
  { structure, isElsewhere, isKeyOfAws }: KnownStructure,
): Encryption | Mistake {
  if (encryption === null || encryption?.type === 'AWS_OWNED') return { type: 'AWS_OWNED' };
  if (encryption !== undefined)
    return { type: 'KMS', ...(encryption.keyArn !== undefined && { keyArn: encryption.keyArn }) };
  const keyArn = structure?.keyArn;
  if (keyArn === undefined) return { type: 'AWS_OWNED' };
  if (!isElsewhere) return { type: 'KMS', ...(isKeyOfAws !== true && { keyArn }) };
  return {
    field: 'target.encryption',
    problem: `The table was encrypted with ${keyArn}, and keys belong to an account and a Region.`,
    remedy:
      'Give null for the key that AWS owns, or {"type": "CUSTOMER_MANAGED", "keyArn": …} with a key of the target.',
  };
}

const keysMissing: Mistake = {
  field: 'target.partitionKey',
  problem:
    'Nobody knows the keys of the table: its settings were never captured, it is gone, and the files do not tell.',
  remedy:
    'Give partitionKey, sortKey if it had one, and the indexes and billingMode that it shall have, as in {"partitionKey": {"name": "id", "type": "S"}}.',
};
const throughputMissing: Mistake = {
  field: 'target.provisionedThroughput',
  problem: 'A provisioned table needs to know how much.',
  remedy: 'Give {"read": …, "write": …}, or set billingMode to PAY_PER_REQUEST.',
};
const throughputTooMany: Mistake = {
  field: 'target.provisionedThroughput',
  problem: 'The new table is on demand, and has no provisioned throughput.',
  remedy: 'Leave it out, or set billingMode to PROVISIONED.',
};
const limitsTooMany: Mistake = {
  field: 'target.onDemandThroughput',
  problem: 'The table was provisioned, and has no on-demand limits.',
  remedy: 'Leave it out, or set billingMode to PAY_PER_REQUEST.',
};
const typeMissing = (name: string): Mistake => ({
  field: 'target',
  problem: `The type of the key ${name} is not known.`,
  remedy: 'Give the keys and indexes with their types.',
});
const typesDiffer = (name: string): Mistake => ({
  field: 'target',
  problem: `The key ${name} is said to have two types.`,
  remedy: 'Give it one type everywhere.',
});
