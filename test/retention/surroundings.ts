import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import {
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  type Tag,
} from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createAws } from '../../local/aws.ts';
import { sleep, VirtualClock } from '../../local/clock.ts';
import { dynamodb } from '../../local/dynamodb/dynamodb.ts';
import { createEventBridge } from '../../local/eventbridge/eventbridge.ts';
import { installGlobals } from '../../local/globals.ts';
import { kms } from '../../local/kms.ts';
import { seededRandom } from '../../local/random.ts';
import type { Call } from '../../local/service.ts';
import { createSqs } from '../../local/sqs/sqs.ts';
import { tagging } from '../../local/tagging.ts';
import { inProcess } from '../../local/transport.ts';
import type { ClientOptions } from '../../shared/aws/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { backupFrom, backupItem, backupKey, backupsOf } from '../../shared/ledger.ts';
import { backupName, stampOf } from '../../shared/names.ts';
import { type Plan, planOf } from '../../shared/plan.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';
import type { Backup } from '../../shared/run.ts';
import type { Invocation, World } from '../../shared/world.ts';
import { worldOfAws } from '../../shared/world-of-aws.ts';
import { everyClient } from '../support/clients.ts';
import { type Fate, Worker } from '../support/worker.ts';

export const hub = { account: '123456789012', region: 'us-east-1' };
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };

// Metrics that are written at once would fill the screen.
process.env.POWERTOOLS_METRICS_DISABLED = 'true';
const silent = new Logger({ logLevel: 'SILENT' });

const longestWorkMs = 3_600_000;

/** A plan as plans.yml would say it, with a rule and tables that nobody has to care about. */
export function aPlan(source: Partial<PlanSource> = {}, name = 'nightly'): Plan {
  return planOf(name, { schedule: 'cron(0 2 * * ? *)', tables: { include: ['*'] }, keep: { last: 2 }, ...source });
}

/** What was told on the bus of facts. */
export interface ToldFact {
  type: string;
  detail: Record<string, unknown>;
}

/** A catalog, a bus of facts and tables at the local AWS, on a clock that stands still until `run` lets time pass. */
export async function surroundings(startAt: string, plans: Plan[] = [aPlan()]) {
  const clock = new VirtualClock(Date.parse(startAt));
  const calls: Call[] = [];
  const facts: ToldFact[] = [];
  const aws = createAws({
    // Queue URLs begin with it; the SQS client warns of one that is not its own.
    endpoint: 'https://sqs.us-east-1.amazonaws.com',
    clock,
    services: (core) => {
      const keys = kms(core);
      const tables = dynamodb(core, { keys: keys.keys });
      const tags = tagging(core, [{ type: 'dynamodb:table', resources: (of) => tables.taggedTables(of) }]);
      return [tables, keys, createEventBridge(core), createSqs(core), tags];
    },
  });
  aws.onCall(({ call, error }) => {
    calls.push(call);
    if (call.operation !== 'PutEvents' || error !== undefined) return;
    for (const { DetailType, Detail } of call.input.Entries as { DetailType: string; Detail: string }[]) {
      facts.push({ type: DetailType, detail: JSON.parse(Detail) });
    }
  });
  const uninstall = installGlobals(clock, seededRandom(1));
  let isRestored = false;
  const restore = () => {
    isRestored = true;
    uninstall();
  };

  const clients = { credentials, requestHandler: inProcess(aws) as unknown as Record<string, unknown> };
  const config = { ...clients, region: hub.region };
  const sdk = new DynamoDBClient(config);
  const sqs = new SQSClient(config);

  /** Lets time pass until `work` has ended: four invocations of Lambda at most, since whoever renews a lease goes on for ever. */
  async function run<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await clock.run(clock.now() + longestWorkMs, () => isOver || isRestored);
    if (!isOver) throw new Error('The work has not ended.');
    return work;
  }
  async function pass(until: string | number): Promise<void> {
    await clock.run(typeof until === 'number' ? until : Date.parse(until), () => isRestored);
    if (isRestored) throw new Error('The test is over.');
  }

  const key = [
    { AttributeName: 'pk', AttributeType: 'S' as const },
    { AttributeName: 'sk', AttributeType: 'S' as const },
  ];
  const due = [
    { AttributeName: 'due', AttributeType: 'S' as const },
    { AttributeName: 'dueAt', AttributeType: 'N' as const },
  ];
  await sdk.send(
    new CreateTableCommand({
      TableName: 'tablekeep-catalog',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...key, ...due],
      KeySchema: schemaOf('pk', 'sk'),
      GlobalSecondaryIndexes: [
        { IndexName: 'due', KeySchema: schemaOf('due', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
    }),
  );
  await new EventBridgeClient(config).send(new CreateEventBusCommand({ Name: 'facts' }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead-letters' }));
  await clock.run(clock.now() + 10_000);

  const itsClock = { now: () => clock.now(), sleep: (ms: number) => sleep(clock, ms) };
  const worldWith = (deployed: Plan[], mine: ClientOptions = clients, ownClock: Clock = itsClock): World =>
    worldOfAws(
      {
        environment: {
          region: hub.region,
          catalog: 'tablekeep-catalog',
          factsBus: 'facts',
          deadLetterQueues: [QueueUrl],
          maxRuns: 50,
          graceMs: 72 * 3_600_000,
          memberRolePrefix: 'tablekeep',
          externalId: 'tablekeep',
        },
        hub,
        plans: new Map(deployed.map((plan) => [plan.name, plan])),
        clock: ownClock,
        random: () => 0.5,
        logger: silent,
        metrics: new Metrics({ namespace: 'Tablekeep', serviceName: 'test', logger: silent }),
        clients: mine,
      },
      everyClient,
    );
  const world = worldWith(plans);
  let invocations = 0;

  return {
    aws,
    clock,
    calls,
    facts,
    sdk,
    world,
    run,
    pass,
    restore,
    dynamodb: aws.service('dynamodb') as ReturnType<typeof dynamodb>,

    /** The service after a deployment of other plans. */
    deploy: (...deployed: Plan[]) => worldWith(deployed),

    /** A process that is killed at its n-th request: before AWS has it, or before the answer comes. */
    mortal(dieAt: number, when: 'before' | 'after', deployed = plans) {
      const died = new Promise<never>(() => {});
      const { handle } = inProcess(aws);
      let requests = 0;
      const isDead = () => requests > dieAt;
      const requestHandler = {
        async handle(request: Parameters<typeof handle>[0]) {
          requests++;
          if (requests > dieAt || (requests === dieAt && when === 'before')) {
            requests = Math.max(requests, dieAt + 1);
            return died;
          }
          const answer = await handle(request);
          if (requests < dieAt) return answer;
          requests = dieAt + 1;
          return died;
        },
      };
      return { world: worldWith(deployed, { ...clients, requestHandler }), isDead };
    },

    /** A process that dies or stands still at some of its points. */
    worker(fate: Fate, deployed = plans) {
      const worker = new Worker(clock, fate);
      const requestHandler = worker.handler(inProcess(aws));
      const own = { credentials: worker.credentials(credentials.accessKeyId), requestHandler };
      return { world: worldWith(deployed, own, worker.clock), worker };
    },

    invocation(seconds = 900): Invocation {
      return { id: `invocation-${++invocations}`, endsAt: clock.now() + seconds * 1000 };
    },

    told: (type: string) => facts.filter((fact) => fact.type === type).map(({ detail }) => detail),

    /** Calls of an operation so far. */
    count: (operation: string) => calls.filter((call) => call.operation === operation).length,

    /** Makes a table; its id. */
    async table(name: string, more: { Tags?: Tag[]; keyArn?: string } = {}): Promise<string> {
      const { Tags, keyArn } = more;
      const { TableDescription } = await sdk.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          Tags,
          ...(keyArn && { SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn } }),
        }),
      );
      await clock.run(clock.now() + 10_000);
      return TableDescription?.TableId ?? '';
    },

    async dropTable(name: string): Promise<void> {
      await sdk.send(new DeleteTableCommand({ TableName: name }));
      await clock.run(clock.now() + 10_000);
    },

    tableId: async (name: string): Promise<string> =>
      (await sdk.send(new DescribeTableCommand({ TableName: name }))).Table?.TableId ?? '',

    /** A backup of that name that somebody makes, and nobody writes down. */
    async backUp(TableName: string, BackupName: string): Promise<{ backupArn: string; createdAt: number }> {
      const { BackupDetails } = await sdk.send(new CreateBackupCommand({ TableName, BackupName }));
      return {
        backupArn: BackupDetails?.BackupArn ?? '',
        createdAt: BackupDetails?.BackupCreationDateTime?.getTime() ?? 0,
      };
    },

    /** What a run at that time leaves: backups at AWS and their entries, AVAILABLE unless said. */
    async backUpAll(at: string, tables: string[], more: Partial<Backup> = {}): Promise<Backup[]> {
      await clock.run(Date.parse(at));
      const taken: Backup[] = [];
      for (const tableName of tables) {
        const tableId = await this.tableId(tableName);
        const run = { target: hub, plan: more.plan ?? 'nightly', stamp: stampOf(Date.parse(at)) };
        const made = await this.backUp(tableName, backupName(world.installation, run, tableId));
        taken.push({ ...run, tableId, tableName, state: 'AVAILABLE', attempt: 1, ...made, ...more });
        await world.catalog.put(backupItem(taken.at(-1) as Backup));
        if (taken.length % 10 === 0) await clock.run(clock.now() + 250);
      }
      await clock.run(clock.now() + 10_000);
      return taken;
    },

    async deleteByHand({ backupArn }: Pick<Backup, 'backupArn'>): Promise<void> {
      await sdk.send(new DeleteBackupCommand({ BackupArn: backupArn }));
    },

    /** ARNs of the USER backups that AWS has. */
    async atAws(): Promise<string[]> {
      await clock.run(clock.now() + 5000);
      const arns: string[] = [];
      let after: string | undefined;
      do {
        const page = await sdk.send(new ListBackupsCommand({ ExclusiveStartBackupArn: after, BackupType: 'ALL' }));
        arns.push(...(page.BackupSummaries ?? []).map(({ BackupArn = '' }) => BackupArn));
        after = page.LastEvaluatedBackupArn;
        await clock.run(clock.now() + 250);
      } while (after !== undefined);
      return arns;
    },

    /** The ledger's state of a backup. */
    async stateOf(backup: Backup): Promise<Backup> {
      const item = await world.catalog.get(backupKey(backup));
      if (item === undefined) throw new Error('There is no such entry.');
      return backupFrom(item);
    },

    /** How many entries the ledger has in each state. */
    async states(plan = 'nightly'): Promise<Record<string, number>> {
      const states: Record<string, number> = {};
      for await (const item of world.catalog.query(backupsOf({ target: hub, plan }))) {
        const state = String(item.state);
        states[state] = (states[state] ?? 0) + 1;
      }
      return states;
    },

    deadLetter: (body: string, attributes: Record<string, string> = {}) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: body,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
          ),
        }),
      ),
  };
}

export type Surroundings = Awaited<ReturnType<typeof surroundings>>;

const schemaOf = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];
