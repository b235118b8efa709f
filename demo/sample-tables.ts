import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

/** A table as the demo makes it: its definition and what is in it. */
export interface SampleTable {
  definition: CreateTableCommandInput & { TableName: string };
  items: Record<string, AttributeValue>[];
}

interface Attribute {
  AttributeName: string;
  AttributeType: 'S' | 'N' | 'B';
}

interface Keys {
  PartitionKey: Attribute;
  SortKey?: Attribute;
}

/** The members used of a data model as NoSQL Workbench for DynamoDB writes it. */
interface Model {
  DataModel: {
    TableName: string;
    KeyAttributes: Keys;
    GlobalSecondaryIndexes?: {
      IndexName: string;
      KeyAttributes: Keys;
      Projection: { ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; NonKeyAttributes?: string[] };
    }[];
    TableData?: Record<string, AttributeValue>[];
    TableFacets?: { TableData?: Record<string, AttributeValue>[] }[];
    ProvisionedCapacitySettings: {
      ProvisionedThroughput: { ReadCapacityUnits: number; WriteCapacityUnits: number };
    };
  }[];
}

const at = (path: string) => new URL(`./data/${path}`, import.meta.url);

const keySchema = ({ PartitionKey, SortKey }: Keys) => [
  { AttributeName: PartitionKey.AttributeName, KeyType: 'HASH' as const },
  ...(SortKey ? [{ AttributeName: SortKey.AttributeName, KeyType: 'RANGE' as const }] : []),
];

function definitionOf(model: Model['DataModel'][number]): SampleTable['definition'] {
  const indexes = model.GlobalSecondaryIndexes ?? [];
  const attributes = [model, ...indexes].flatMap(({ KeyAttributes: { PartitionKey, SortKey } }) =>
    SortKey ? [PartitionKey, SortKey] : [PartitionKey],
  );
  const { ProvisionedThroughput } = model.ProvisionedCapacitySettings;
  return {
    TableName: model.TableName,
    KeySchema: keySchema(model.KeyAttributes),
    AttributeDefinitions: [...new Map(attributes.map((attribute) => [attribute.AttributeName, attribute])).values()],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput,
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map(({ IndexName, KeyAttributes, Projection }) => ({
        IndexName,
        KeySchema: keySchema(KeyAttributes),
        Projection,
        ProvisionedThroughput,
      })),
    }),
    Tags: [{ Key: 'environment', Value: 'production' }],
  };
}

/** AWS's sample models in `data/models`, with the rows that come with them. */
export function sampleModels(): SampleTable[] {
  return readdirSync(at('models'))
    .sort()
    .flatMap((file) => (JSON.parse(readFileSync(at(`models/${file}`), 'utf8')) as Model).DataModel)
    .map((model) => ({
      definition: definitionOf(model),
      items: [model, ...(model.TableFacets ?? [])].flatMap(({ TableData }) => TableData ?? []).map(withPlainMaps),
    }));
}

/** The samples write some maps twice over, `{"M": {"M": {"HP": {"N": "50"}}}}`, which DynamoDB refuses. */
function withPlainMaps(item: Record<string, AttributeValue>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      const inner =
        Object.keys(value.M ?? {}).join() === 'M'
          ? (value.M?.M as unknown as Record<string, AttributeValue>)
          : undefined;
      return [name, inner === undefined ? value : { M: inner }];
    }),
  );
}

/** Debian's package index as one table: 3,000 items of every type that DynamoDB has but NULL and the number set. */
export function debianPackages(): SampleTable {
  const lines = gunzipSync(readFileSync(at('debian-packages.json.gz')))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  return {
    definition: {
      TableName: 'debian-packages',
      KeySchema: [{ AttributeName: 'package', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'package', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      Tags: [{ Key: 'environment', Value: 'production' }],
    },
    items: lines.map((line) => withBytes(JSON.parse(line).Item)),
  };
}

/** Binary attributes are base64 in DynamoDB's JSON and bytes in the SDK. */
function withBytes(item: Record<string, AttributeValue>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B as unknown as string, 'base64') },
    ]),
  );
}

/** Makes the table and fills it. The items are sent 25 at a time, as often as DynamoDB leaves some unprocessed. */
export async function makeTable(client: DynamoDBClient, { definition, items }: SampleTable): Promise<void> {
  await client.send(new CreateTableCommand(definition));
  await waitUntilTableExists(
    { client, maxWaitTime: 120, minDelay: 1, maxDelay: 2 },
    { TableName: definition.TableName },
  );
  for (let start = 0; start < items.length; start += 25) {
    let left = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    while (left.length > 0) {
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [definition.TableName]: left } }),
      );
      left = (UnprocessedItems?.[definition.TableName] ?? []) as typeof left;
    }
  }
}
