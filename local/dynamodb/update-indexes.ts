import { AwsError } from '../service.ts';
import { indexRow, type Schema } from './dynalite.ts';
import { invalid, invalidParameters, subscriberLimit } from './errors.ts';
import { Items } from './items.ts';
import { schemaOf } from './lookup.ts';
import { newGlobalIndex } from './new-table.ts';
import type { GlobalIndex, LocalIndex, OnDemandThroughput, Table, Throughput, WarmThroughput } from './state.ts';
import { changeWarmThroughput } from './warm-throughput.ts';

interface IndexCapacity {
  ProvisionedThroughput?: Throughput;
  OnDemandThroughput?: OnDemandThroughput;
  WarmThroughput?: WarmThroughput;
}

/** Exactly one of the three. */
export interface IndexUpdate {
  Create?: LocalIndex & IndexCapacity;
  Update?: IndexCapacity & { IndexName: string };
  Delete?: { IndexName: string };
}

/** Changes a table's global indexes; what it answers ends the change. A new index is filled at once and readable then. */
export function changeIndexes(
  table: Table,
  updates: IndexUpdate[],
  attributes?: Schema['AttributeDefinitions'],
): () => void {
  if (updates.filter(({ Create, Delete }) => Create ?? Delete).length > 1) {
    throw subscriberLimit('Only 1 online index can be created or deleted simultaneously per table');
  }
  for (const { Update, Delete } of updates) {
    const named = Update ?? Delete;
    if (named) existing(table, named.IndexName);
  }
  const ends = updates.map((update) => {
    if (update.Create) return create(table, update.Create, attributes ?? []);
    if (update.Update) return change(table, update.Update);
    if (update.Delete) return remove(table, update.Delete.IndexName);
    throw invalidParameters(
      'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, ' +
        'GlobalSecondaryIndexUpdate.Delete must not be null',
    );
  });
  return () => {
    for (const end of ends) end();
  };
}

function create(
  table: Table,
  wanted: LocalIndex & IndexCapacity,
  attributes: Schema['AttributeDefinitions'],
): () => void {
  if (table.indexRows.has(wanted.IndexName)) throw invalid('Attempting to create an index which already exists');
  const known = new Map([...table.attributes, ...attributes].map((attribute) => [attribute.AttributeName, attribute]));
  if (wanted.KeySchema.some(({ AttributeName }) => !known.has(AttributeName))) {
    throw invalidParameters(`AttributeDefinitions is not specified for index: ${wanted.IndexName}`);
  }
  const index = newGlobalIndex(wanted, table.isOnDemand);
  const rows = new Items();
  table.attributes = [...known.values()];
  table.globalIndexes.push(index);
  table.indexRows.set(index.IndexName, rows);
  const schema = schemaOf(table);
  for (const item of table.items.snapshot().items()) {
    const row = indexRow(index, item, schema);
    if (row !== undefined) rows.write(row.key, row.item);
  }
  return () => {
    index.status = 'ACTIVE';
  };
}

function change(table: Table, wanted: IndexCapacity & { IndexName: string }): () => void {
  const index = existing(table, wanted.IndexName);
  if (wanted.ProvisionedThroughput) {
    if (table.isOnDemand) {
      const both = 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified';
      throw invalidParameters(`${both} for index: ${index.IndexName} when BillingMode is PAY_PER_REQUEST`);
    }
    index.throughput = wanted.ProvisionedThroughput;
  }
  if (wanted.OnDemandThroughput) index.onDemand = wanted.OnDemandThroughput;
  changeWarmThroughput(table, index, `index ${index.IndexName}`, wanted.WarmThroughput);
  index.status = 'UPDATING';
  return () => {
    index.status = 'ACTIVE';
  };
}

function remove(table: Table, name: string): () => void {
  const index = existing(table, name);
  index.status = 'DELETING';
  return () => {
    table.globalIndexes = table.globalIndexes.filter((other) => other !== index);
    table.indexRows.delete(name);
  };
}

function existing(table: Table, name: string): GlobalIndex {
  const index = table.globalIndexes.find(({ IndexName }) => IndexName === name);
  if (index !== undefined) return index;
  const message = `Requested resource not found: Index: ${name} not found for table: ${table.name}`;
  throw new AwsError('ResourceNotFoundException', message);
}
