import { type CreateTableCommandInput, DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterEach, expect } from 'vitest';
import { createAws, type LocalAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { dynamodb, type Inspection } from '../../local/dynamodb/dynamodb.ts';
import type { Options } from '../../local/dynamodb/options.ts';
import { installGlobals } from '../../local/globals.ts';
import { kms } from '../../local/kms.ts';
import { seededRandom } from '../../local/random.ts';
import type { Service } from '../../local/service.ts';
import { tagging } from '../../local/tagging.ts';
import { inProcess } from '../../local/transport.ts';

export const startAt = Date.UTC(2026, 0, 31, 2);
export const secondMs = 1000;
export const dayMs = 86_400_000;

let uninstall = () => {};
afterEach(() => uninstall());

export interface Local {
  aws: LocalAws;
  clock: VirtualClock;
  inside: Service & Inspection;
  client: DynamoDB;
  /** Settings for any SDK client of this AWS. */
  config: {
    region: string;
    maxAttempts: number;
    requestHandler: never;
    credentials: { accessKeyId: string; secretAccessKey: string };
    endpoint: string;
  };
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

/** DynamoDB, its keys and its tags with the real clients, on a virtual clock that the whole process lives by. */
export function startLocal(options: Options = {}, seed = 1): Local {
  const clock = new VirtualClock(startAt);
  uninstall = installGlobals(clock, seededRandom(seed));
  let inside: (Service & Inspection) | undefined;
  const aws = createAws({
    clock,
    seed,
    services: (core) => {
      const keys = kms(core);
      const database = dynamodb(core, { keys: keys.keys, ...options });
      inside = database;
      return [database, keys, tagging(core, [{ type: 'dynamodb:table', resources: database.taggedTables }])];
    },
  });
  if (inside === undefined) throw new Error('createAws asks for its services at once.');
  const config = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    maxAttempts: 1,
    requestHandler: inProcess(aws) as never,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const pass = (ms: number) => clock.run(clock.now() + ms);
  return { aws, clock, inside, config, pass, client: new DynamoDB(config) };
}

/** An on-demand table with the string key `id`, as `options` change it. */
export const tableInput = (
  TableName: string,
  options: Partial<CreateTableCommandInput> = {},
): CreateTableCommandInput => ({
  TableName,
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
  ...options,
});

/** Makes a table and waits until it can be backed up. */
export async function makeTable(
  local: Local,
  name: string,
  options: Partial<CreateTableCommandInput> = {},
): Promise<void> {
  await local.client.createTable(tableInput(name, options));
  await local.pass(10 * secondMs);
}

export async function makeBackup({ client }: Local, table: string, name = 'nightly'): Promise<string> {
  const { BackupDetails } = await client.createBackup({ TableName: table, BackupName: name });
  return BackupDetails?.BackupArn ?? '';
}

export const statusOf = async ({ client }: Local, BackupArn: string): Promise<string | undefined> =>
  (await client.describeBackup({ BackupArn })).BackupDescription?.BackupDetails?.BackupStatus;

/** That the call is refused with this error, and with this message if one is given. */
export async function refused(call: Promise<unknown>, name: string, message?: string): Promise<void> {
  await expect(call).rejects.toMatchObject({ name, ...(message !== undefined && { message }) });
}
