import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createAws, type LocalAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { dynamodb, type Inspection } from '../../local/dynamodb/dynamodb.ts';
import type { Options as DynamoDbOptions } from '../../local/dynamodb/options.ts';
import { createEventBridge } from '../../local/eventbridge/eventbridge.ts';
import { installGlobals } from '../../local/globals.ts';
import { createIam, type LocalIam } from '../../local/iam/iam.ts';
import { kms } from '../../local/kms.ts';
import type { Runner } from '../../local/lambda/runner.ts';
import { seededRandom } from '../../local/random.ts';
import type { Call, Service } from '../../local/service.ts';
import { allServices } from '../../local/services.ts';
import { createSts } from '../../local/sts.ts';
import { tagging } from '../../local/tagging.ts';
import { inProcess } from '../../local/transport.ts';
import { dynamoDbOf } from '../../shared/aws/dynamodb.ts';
import { type Plan, planOf } from '../../shared/plan.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';
import { type ExportsPlan, exportsPlanOf } from '../../shared/plans/exports.ts';
import type { ExportsSource } from '../../shared/plans/exports-definition.ts';
import type { World } from '../../shared/world.ts';
import { worldOfAws } from '../../shared/world-of-aws.ts';
import { everyClient } from './clients.ts';
import { type Fate, Worker } from './worker.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

export const hub = { account: '123456789012', region: 'us-east-1' };
export const startAt = Date.UTC(2026, 0, 31, 2);
export const catalogName = 'tablekeep-test-Catalog-1A2B3C';

export interface Told {
  type: string;
  at: number;
  detail: Record<string, unknown>;
}

export interface LocalOptions {
  dynamodb?: DynamoDbOptions;
  plans?: Record<string, PlanSource>;
  exports?: Record<string, ExportsSource>;
  maxRuns?: number;
  /** Absent: no settings are captured. */
  settingsEveryMs?: number;
  latencyMs?: number | ((call: Call) => number);
  /** The deployment's parameter; absent: exports go nowhere. */
  exportBuckets?: string;
  /** With every service of AWS, for the settings of tables; no function's package runs. */
  isWhole?: boolean;
  startAt?: number;
  seed?: number;
  /** Nothing happens to processes: their calls go to AWS directly, and not by way of what could kill or freeze them. */
  isImmortal?: boolean;
}

/** The local AWS on a virtual clock, with a catalog and a bus of facts, and worlds that reach it. */
export interface Local {
  aws: LocalAws;
  clock: VirtualClock;
  dynamodb: Service & Inspection;
  iam: LocalIam;
  plans: Map<string, Plan>;
  exportPlans: Map<string, ExportsPlan>;
  /** Every fact that was put on the bus, and every request. */
  facts: Told[];
  /** A call as the administrator. */
  call<T = Record<string, unknown>>(
    operation: string,
    input: Record<string, unknown>,
    at?: Partial<typeof hub>,
  ): Promise<T>;
  createTable(name: string, more?: Record<string, unknown>, at?: Partial<typeof hub>): Promise<void>;
  /** The world of a new process. */
  world(fate?: Fate, skewMs?: number): { world: World; worker: Worker };
  /** Lets time pass until it is done, an hour at most unless said. */
  until(isDone: () => boolean, withinMs?: number): Promise<void>;
  close(): void;
}

const quickTables: DynamoDbOptions = { createTableMs: 1, deleteTableMs: 1, continuousBackupsMs: 1 };

const noRunner: Runner = () => {
  throw new Error('Functions run from their source here.');
};

export async function local(options: LocalOptions = {}): Promise<Local> {
  await warmUp();
  const clock = new VirtualClock(options.startAt ?? startAt);
  const random = seededRandom((options.seed ?? 1) + 1000);
  const uninstall = installGlobals(clock, random);
  const iam = createIam({ clock, random, account: hub.account });
  let store: (Service & Inspection) | undefined;
  const aws = createAws({
    clock,
    iam,
    seed: options.seed ?? 1,
    latencyMs: (call) => (typeof options.latencyMs === 'function' ? options.latencyMs(call) : (options.latencyMs ?? 5)),
    services: (core) => {
      if (options.isWhole) {
        const whole = allServices(core, { iam, runner: noRunner, dynamodb: { ...quickTables, ...options.dynamodb } });
        store = whole.dynamodb;
        return whole.all;
      }
      const keys = kms(core);
      store = dynamodb(core, { ...quickTables, ...options.dynamodb });
      const tables = { type: 'dynamodb:table', resources: store.taggedTables };
      return [store, keys, tagging(core, [tables]), createEventBridge(core), createSts(iam)];
    },
  });
  if (store === undefined) throw new Error('no store');
  const facts: Told[] = [];
  aws.onCall(({ call, error, endedAt }) => {
    if (call.operation !== 'PutEvents' || error !== undefined) return;
    for (const entry of call.input.Entries as { DetailType: string; Detail: string }[]) {
      facts.push({ type: entry.DetailType, at: endedAt, detail: JSON.parse(entry.Detail) });
    }
  });

  const callOf = async (
    service: string,
    operation: string,
    input: Record<string, unknown>,
    at: Partial<typeof hub> = {},
  ) => {
    const place = { ...hub, ...at };
    return aws.core.call({ service, operation, input, caller: iam.caller(place.account), ...place });
  };
  const plans = new Map(Object.entries(options.plans ?? {}).map(([name, source]) => [name, planOf(name, source)]));
  const scheduled = Object.entries(options.exports ?? {});
  const exportPlans = new Map(scheduled.map(([name, source]) => [name, exportsPlanOf(name, source)]));
  const environment = {
    region: hub.region,
    catalog: catalogName,
    factsBus: 'facts',
    requestsBus: 'requests',
    deadLetterQueues: [],
    maxRuns: options.maxRuns ?? 50,
    graceMs: 72 * 3_600_000,
    ...(options.settingsEveryMs !== undefined && { settingsEveryMs: options.settingsEveryMs }),
    exportBuckets: options.exportBuckets ?? '',
    memberRolePrefix: 'tablekeep',
    externalId: 'tablekeep',
  };
  const created: Local = {
    aws,
    clock,
    dynamodb: store,
    iam,
    plans,
    exportPlans,
    facts,
    call: (operation, input, at) => callOf('dynamodb', operation, input, at) as never,
    async createTable(name, more = {}, at = {}) {
      await callOf(
        'dynamodb',
        'CreateTable',
        {
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          ...more,
        },
        at,
      );
    },
    world(fate, skewMs) {
      const worker = new Worker(clock, fate, skewMs);
      const world = worldOfAws(
        {
          environment,
          hub,
          plans,
          exportPlans,
          clock: worker.clock,
          random: () => random.number(),
          logger: new Logger({ serviceName: 'test', logLevel: 'SILENT' }),
          metrics: new Metrics({ namespace: 'Test', serviceName: 'test' }),
          clients: options.isImmortal
            ? {
                credentials: { accessKeyId: hub.account, secretAccessKey: 'secret' },
                requestHandler: { ...inProcess(aws) },
              }
            : { credentials: worker.credentials(hub.account), requestHandler: worker.handler(inProcess(aws)) },
        },
        everyClient,
      );
      return { world, worker };
    },
    until: async (isDone, withinMs = 3_600_000) => clock.run(clock.now() + withinMs, isDone),
    close: uninstall,
  };
  await createCatalog(created);
  await callOf('events', 'CreateEventBus', { Name: 'facts' });
  await callOf('events', 'CreateEventBus', { Name: 'requests' });
  return created;
}

/** The first call of the SDK in a process reads configuration files, which no virtual clock waits for. */
async function warmUp(): Promise<void> {
  const handle = async () => ({ response: { statusCode: 200, headers: {}, body: new TextEncoder().encode('{}') } });
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  await dynamoDbOf({ credentials, requestHandler: { handle } }, hub.region).listTables();
}

const attribute = (AttributeName: string, AttributeType = 'S') => ({ AttributeName, AttributeType });
const keys = (HASH: string, RANGE: string) => [
  { AttributeName: HASH, KeyType: 'HASH' },
  { AttributeName: RANGE, KeyType: 'RANGE' },
];

/** The catalog as deploy/catalog.yml makes it. */
export const catalogTable = {
  AttributeDefinitions: [attribute('pk'), attribute('sk'), attribute('due'), attribute('dueAt', 'N')],
  KeySchema: keys('pk', 'sk'),
  GlobalSecondaryIndexes: [
    { IndexName: 'due', KeySchema: keys('due', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } },
  ],
};

async function createCatalog({ createTable, clock }: Local): Promise<void> {
  await createTable(catalogName, catalogTable);
  await clock.run(clock.now() + 1000);
}
