import { setTimeout } from 'node:timers/promises';
import {
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { Stop } from './exit.ts';

const atOnce = 12;
/** Looks at the list: what is left of the fifty calls after table, backups and deletes. */
const looks = 14;
const tableLooks = 6;

/** What was seen; times in ms. */
export interface Measured {
  region: string;
  calls: number;
  accepted: number;
  throttled: number;
  latencyMs: number[];
  /** Until ListBackups showed it first, by its looks: at most so long. */
  listLagMs: number[];
  completionMs: number[];
  /** For the local AWS: docs in local/dynamodb/options.ts. */
  parameters: { listLagMs: number; backupMs: [least: number, median: number, most: number] };
  left: string[];
}

interface Made {
  arn: string;
  sentAt: number;
  shownAt?: number;
  availableAt?: number;
}

/** Makes an empty table and twelve backups of it at once, watches them, and takes everything away again. */
export async function measure(
  clients: DynamoDBClientConfig,
  table: string,
  tell: (text: string) => void,
): Promise<Measured> {
  const client = new DynamoDBClient({ ...clients, maxAttempts: 1 });
  let calls = 0;
  client.middlewareStack.add(
    (next) => (given) => {
      calls++;
      return next(given);
    },
    { step: 'finalizeRequest' },
  );
  const left: string[] = [];
  const made: Made[] = [];
  let throttled = 0;
  const latencyMs: number[] = [];
  try {
    tell('Making the table …');
    await makeTable(client, table);
    left.push(`table ${table}`);
    tell('Twelve backups at once …');
    const results = await Promise.all(
      Array.from({ length: atOnce }, (_, index) => backUp(client, table, `${table}-${index + 1}`)),
    );
    for (const { arn, sentAt, tookMs, isThrottled } of results) {
      if (isThrottled) throttled++;
      if (arn === undefined) continue;
      made.push({ arn, sentAt });
      left.push(`backup ${arn}`);
      latencyMs.push(tookMs);
    }
    await watch(client, table, made, tell);
  } finally {
    tell('Taking everything away …');
    await takeAway(client, table, made, left);
  }
  const completionMs = made.flatMap(({ availableAt, sentAt }) =>
    availableAt === undefined ? [] : [availableAt - sentAt],
  );
  const listLagMs = made.flatMap(({ shownAt, sentAt }) => (shownAt === undefined ? [] : [shownAt - sentAt]));
  const sorted = completionMs.toSorted((a, b) => a - b);
  return {
    region: await client.config.region(),
    ...{ calls, accepted: made.length, throttled, latencyMs, listLagMs, completionMs, left },
    parameters: {
      listLagMs: Math.max(0, ...listLagMs),
      backupMs: [sorted[0] ?? 0, sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0],
    },
  };
}

async function makeTable(client: DynamoDBClient, TableName: string): Promise<void> {
  await client
    .send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    )
    .catch((error: Error) => {
      throw new Stop('noRight', `The table could not be made: ${error.message}`, { cause: error });
    });
  for (let look = 0; look < tableLooks; look++) {
    await setTimeout(3000);
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') {
      // Backups of a new table are refused for some seconds.
      await setTimeout(8000);
      return;
    }
  }
  throw new Stop('failed', `The table ${TableName} did not become ACTIVE in time; it is deleted again.`);
}

async function backUp(client: DynamoDBClient, TableName: string, BackupName: string) {
  const sentAt = Date.now();
  const { answer, error } = await client.send(new CreateBackupCommand({ TableName, BackupName })).then(
    (answer) => ({ answer, error: undefined }),
    (error: Error) => ({ answer: undefined, error }),
  );
  const isThrottled = error !== undefined && /Throttling|LimitExceeded/.test(error.name);
  return { arn: answer?.BackupDetails?.BackupArn, sentAt, tookMs: Date.now() - sentAt, isThrottled };
}

async function watch(
  client: DynamoDBClient,
  TableName: string,
  made: Made[],
  tell: (text: string) => void,
): Promise<void> {
  for (let look = 0; look < looks && made.some(({ availableAt }) => availableAt === undefined); look++) {
    await setTimeout(look < 8 ? 1000 : 5000);
    const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({ TableName }));
    const now = Date.now();
    for (const one of made) {
      const seen = BackupSummaries.find(({ BackupArn }) => BackupArn === one.arn);
      if (seen !== undefined) one.shownAt ??= now;
      if (seen?.BackupStatus === 'AVAILABLE') one.availableAt ??= now;
    }
    tell(`${made.filter(({ availableAt }) => availableAt !== undefined).length} of ${made.length} are AVAILABLE …`);
  }
}

/** What could not be deleted stays in `left`. DeleteBackup is taken ten times a second. */
async function takeAway(client: DynamoDBClient, TableName: string, made: Made[], left: string[]): Promise<void> {
  const gone = (what: string) => () => {
    left.splice(left.indexOf(what), 1);
  };
  const stays = () => {};
  for (const { arn } of made) {
    await client.send(new DeleteBackupCommand({ BackupArn: arn })).then(gone(`backup ${arn}`), stays);
    await setTimeout(150);
  }
  if (left.includes(`table ${TableName}`))
    await client.send(new DeleteTableCommand({ TableName })).then(gone(`table ${TableName}`), stays);
}
