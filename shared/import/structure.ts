import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { livingTable } from '../aws/table-shape.ts';
import type { IndexShape, KeyElement, Limits, TableShape, Throughput } from '../restore/calls.ts';
import { indexInput, onDemand, provisioned } from '../restore/index-input.ts';

export type KeyType = 'S' | 'N' | 'B';

/** What a table is made with. Plain JSON: it is captured beside the settings. */
export interface TableStructure {
  /** Types of the attributes that are keys of the table or an index. */
  attributes: Record<string, KeyType>;
  keys: KeyElement[];
  billingMode: TableShape['billingMode'];
  /** Of a provisioned table. */
  throughput?: Throughput;
  /** Of a table on demand. */
  limits?: Limits;
  globalIndexes: IndexShape[];
  localIndexes: IndexShape[];
  /** KMS key, customer's or AWS's; absent: the key that AWS owns. */
  keyArn?: string;
}

/** The structure of a living table. */
export function structureOf(table: TableDescription): TableStructure {
  const { keys, billingMode, throughput, limits, globalIndexes = [], localIndexes = [], keyArn } = livingTable(table);
  const types = (table.AttributeDefinitions ?? []).map(({ AttributeName = '', AttributeType = 'S' }) => [
    AttributeName,
    AttributeType,
  ]);
  return JSON.parse(
    JSON.stringify({
      attributes: Object.fromEntries(types),
      keys,
      billingMode,
      ...(billingMode === 'PROVISIONED' && { throughput }),
      limits,
      globalIndexes,
      localIndexes,
      keyArn,
    }),
  ) as TableStructure;
}

/** Encryption as a request says it: `AWS_MANAGED` is KMS without a key. */
export type Encryption = { type: 'AWS_OWNED' } | { type: 'KMS'; keyArn?: string };

/** What ImportTable and CreateTable take alike. */
export function parametersOf(tableName: string, structure: TableStructure, encryption: Encryption) {
  const { attributes, keys, billingMode, throughput, limits, globalIndexes } = structure;
  return {
    TableName: tableName,
    AttributeDefinitions: Object.entries(attributes).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keys,
    BillingMode: billingMode,
    ...(throughput && { ProvisionedThroughput: provisioned(throughput) }),
    ...(limits && { OnDemandThroughput: onDemand(limits) }),
    ...(encryption.type === 'KMS' && {
      SSESpecification: {
        Enabled: true,
        SSEType: 'KMS',
        ...(encryption.keyArn !== undefined && { KMSMasterKeyId: encryption.keyArn }),
      },
    }),
    ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes.map(indexInput) }),
  };
}

/** What CreateTable takes of local indexes. */
export const localIndexesOf = ({ localIndexes }: TableStructure) =>
  localIndexes.map(({ name, keys, projection }) => indexInput({ name, keys, projection }));
