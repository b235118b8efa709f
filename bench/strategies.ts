import {
  CreateBackupCommand,
  type DynamoDBClient,
  ListTablesCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { catalogName } from '../test/support/world.ts';

/* The strategies that people use today, each in a few lines of ours. None remembers what it has done. */

/** What of a process a strategy uses; the process can be killed. */
export interface Process {
  client(options?: { maxAttempts?: number; retryMode?: string }): DynamoDBClient;
  sleep(ms: number): Promise<void>;
}

export interface Strategy {
  name: string;
  /** How many processes begin at once. */
  processes: number;
  /** After which time Lambda ends each. */
  invocationMs: number;
  work(process: Process, index: number): Promise<void>;
}

async function tableNames(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListTablesCommand({ ExclusiveStartTableName: after }));
    names.push(...(page.TableNames ?? []).filter((name) => name.startsWith('orders-')));
    after = page.LastEvaluatedTableName;
  } while (after !== undefined);
  return names;
}

const backUp = (client: DynamoDBClient, table: string) =>
  client.send(new CreateBackupCommand({ TableName: table, BackupName: `${table}-nightly` }));

/** Every table is tried; one that was refused makes the invocation fail, and Lambda repeats it. */
async function together(client: DynamoDBClient, tables: string[]): Promise<void> {
  const ends = await Promise.allSettled(tables.map((table) => backUp(client, table)));
  if (ends.some(({ status }) => status === 'rejected')) throw new Error('Some tables have no backup.');
}

async function oneByOne(process: Process): Promise<void> {
  const client = process.client();
  for (const table of await tableNames(client)) await backUp(client, table);
}

/** Each call counts itself first, in an item for each second; who counts past the rate waits for the next second. */
async function counted(process: Process): Promise<void> {
  const client = process.client({ maxAttempts: 1 });
  const count = async (): Promise<number> => {
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName: catalogName,
        Key: { pk: { S: 'counter' }, sk: { S: String(Math.floor(Date.now() / 1000)) } },
        UpdateExpression: 'ADD calls :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(Attributes?.calls?.N);
  };
  const patiently = async (table: string): Promise<void> => {
    while ((await count()) > 50) await process.sleep(1000 - (Date.now() % 1000));
    try {
      await backUp(client, table);
    } catch (error) {
      if (!/^(Throttling|LimitExceeded)/.test((error as Error).name)) throw error;
      await patiently(table);
    }
  };
  await Promise.all((await tableNames(client)).map(patiently));
}

const aWholeInvocation = { processes: 1, invocationMs: 900_000 };

export const strategies: Strategy[] = [
  {
    name: 'all at once, SDK retries',
    ...aWholeInvocation,
    async work(process) {
      const client = process.client();
      await together(client, await tableNames(client));
    },
  },
  { name: 'one by one', ...aWholeInvocation, work: oneByOne },
  { name: 'one by one, in a Lambda of 30 s', processes: 1, invocationMs: 30_000, work: oneByOne },
  { name: 'a counter in DynamoDB per call', ...aWholeInvocation, work: counted },
  {
    name: 'ten workers, SDK adaptive retries',
    processes: 10,
    invocationMs: 900_000,
    async work(process, index) {
      const client = process.client({ retryMode: 'adaptive', maxAttempts: 10 });
      const tables = await tableNames(client);
      await together(
        client,
        tables.filter((_, n) => n % 10 === index),
      );
    },
  },
];
