import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { administrators } from '../../local/administrators.ts';
import { createAws } from '../../local/aws.ts';
import { dynamodb, type Inspection } from '../../local/dynamodb/dynamodb.ts';
import { createEventBridge } from '../../local/eventbridge/eventbridge.ts';
import type { Service } from '../../local/service.ts';
import { tagging } from '../../local/tagging.ts';
import { inProcess } from '../../local/transport.ts';
import { systemClock, systemRandom } from '../../shared/clock.ts';
import { planOf } from '../../shared/plan.ts';
import { startRun } from '../../shared/run/start.ts';
import { takeBackups } from '../../shared/run/take.ts';
import { worldOfAws } from '../../shared/world-of-aws.ts';
import { nightly } from '../../test/run/nightly.ts';
import { everyClient } from '../../test/support/clients.ts';
import { catalogName, catalogTable, hub } from '../../test/support/world.ts';
import type { Figure } from '../figure.ts';

const tables = 1000;

/** A run over 1,000 tables on the machine's clock, against the local AWS, which enforces the rate. */
export async function measure(): Promise<Figure[]> {
  let store: (Service & Inspection) | undefined;
  const aws = createAws({
    services: (core) => {
      const quick = { createTableMs: 1, continuousBackupsMs: 1, simultaneousTableOperations: 2 * tables };
      store = dynamodb(core, quick);
      const tagged = { type: 'dynamodb:table', resources: store.taggedTables };
      return [store, tagging(core, [tagged]), createEventBridge(core)];
    },
  });
  const call = (service: string, operation: string, input: Record<string, unknown>) =>
    aws.core.call({ service, operation, input, caller: administrators(hub.account).caller(hub.account), ...hub });
  const sentAt: number[] = [];
  let run = '';
  let isEnded = false;
  aws.onCall(({ call: { operation, input }, at }) => {
    if (operation === 'CreateBackup') sentAt.push(at);
    if (operation !== 'PutEvents') return;
    for (const { DetailType, Detail } of input.Entries as { DetailType: string; Detail: string }[]) {
      if (DetailType === 'Run Requested') run = JSON.parse(Detail).run;
      if (DetailType === 'Run Completed') isEnded = true;
    }
  });
  const onDemand = { BillingMode: 'PAY_PER_REQUEST' };
  await call('dynamodb', 'CreateTable', { TableName: catalogName, ...onDemand, ...catalogTable });
  await call('events', 'CreateEventBus', { Name: 'facts' });
  for (let n = 0; n < tables; n++) {
    await call('dynamodb', 'CreateTable', {
      TableName: `orders-${n}`,
      ...onDemand,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
  }
  await systemClock.sleep(1000);
  const environment = {
    ...{ region: hub.region, catalog: catalogName, factsBus: 'facts', deadLetterQueues: [], maxRuns: 50, graceMs: 0 },
    ...{ memberRolePrefix: 'tablekeep', externalId: 'tablekeep' },
  };
  const world = worldOfAws(
    {
      ...{ environment, hub, clock: systemClock, random: systemRandom },
      plans: new Map([['nightly', planOf('nightly', nightly)]]),
      exportPlans: new Map(),
      logger: new Logger({ serviceName: 'bench', logLevel: 'SILENT' }),
      metrics: new Metrics({ namespace: 'Bench', serviceName: 'bench' }),
      clients: {
        credentials: { accessKeyId: hub.account, secretAccessKey: 'secret' },
        requestHandler: { ...inProcess(aws) },
      },
    },
    everyClient,
  );
  const invocation = { id: 'bench', endsAt: systemClock.now() + 900_000 };
  const scheduledAt = new Date(systemClock.now()).toISOString();
  await startRun(world)({ type: 'bare', detail: { plan: 'nightly', scheduledAt } }, invocation);
  await takeBackups(world)({ type: 'bare', detail: { run } }, invocation);
  if (!isEnded) throw new Error('The run has not ended.');
  const { throttled = 0 } = store?.counters().CreateBackup ?? {};
  const seconds = (Math.max(...sentAt) - Math.min(...sentAt)) / 1000;
  const on = 'real clock';
  return [
    { figure: '1,000 tables: last CreateBackup after the first', value: seconds, unit: 's', atMost: 21, on },
    { figure: '1,000 tables: throttles', value: throttled, unit: 'calls', atMost: 0, on },
  ];
}
