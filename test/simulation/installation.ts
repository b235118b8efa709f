import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { inProcess } from '../../local/transport.ts';
import { installationOf } from '../../shared/names.ts';
import { type Plan, planOf } from '../../shared/plan.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';
import { exportsPlanOf } from '../../shared/plans/exports.ts';
import type { World } from '../../shared/world.ts';
import { worldOfAws } from '../../shared/world-of-aws.ts';
import { everyClient } from '../support/clients.ts';
import type { Worker } from '../support/worker.ts';
import { hub, type Place } from './place.ts';
import type { Story } from './story.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

const silent = new Logger({ serviceName: 'simulation', logLevel: 'SILENT' });

/** One deployment of the service. */
export interface Installation {
  number: number;
  id: string;
  catalog: string;
  factsBus: string;
  /** Grows with each deployment: processes of older ones get no new work. */
  version: number;
  plans: Map<string, Plan>;
  deploy(last: number): void;
  world(worker: Worker): World;
}

export async function install(place: Place, story: Story, number: number): Promise<Installation> {
  const catalog = `tablekeep-${number}-Catalog-${'AB'[number]}`;
  const factsBus = `facts-${number}`;
  await createCatalog(place, catalog);
  await place.call('CreateEventBus', { Name: factsBus }, 'events');
  const exportPlans = new Map(story.hasExports ? [['lake', exportsPlanOf('lake', lake)] as const] : []);
  const environment = {
    region: hub.region,
    catalog,
    factsBus,
    deadLetterQueues: [],
    maxRuns: 50,
    graceMs: story.graceMs,
    ...(story.hasSettings && { settingsEveryMs: 86_400_000 }),
    exportBuckets: 'archive',
    memberRolePrefix: 'tablekeep',
    externalId: 'tablekeep',
  };
  const installation: Installation = {
    number,
    id: installationOf(catalog),
    catalog,
    factsBus,
    version: 0,
    plans: plansOf(story.plans),
    deploy(last) {
      installation.version++;
      const changed = Object.entries(story.plans).map(([name, plan]) => [name, { ...plan, keep: { last } }]);
      installation.plans = plansOf(Object.fromEntries(changed));
    },
    world: (worker) => ({
      ...worldOfAws(
        {
          environment,
          hub,
          plans: installation.plans,
          exportPlans,
          clock: worker.clock,
          random: () => place.random.number(),
          logger: silent,
          metrics: new Metrics({ namespace: 'Test', serviceName: 'simulation', logger: silent }),
          clients: {
            credentials: worker.credentials(hub.account),
            requestHandler: worker.handler(inProcess(place.aws)),
            ...({ signer: stamp } as object),
          },
        },
        everyClient,
      ),
      // Whoever calls is the administrator: he is it whom a table that is being filled lets write.
      importer: () => `arn:aws:iam::${hub.account}:root`,
    }),
  };
  return installation;
}

interface Signing {
  signingDate?: Date;
  signingRegion?: string;
  signingService?: string;
}

/** Stamps requests as the SDK's signer does, by the same clock, without the hash: nobody here verifies it. */
const stamp = {
  async sign<Signed extends { headers: Record<string, string> }>(request: Signed, options: Signing): Promise<Signed> {
    const { signingDate = new Date(), signingRegion = hub.region, signingService = 'any' } = options;
    const date = signingDate.toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${hub.account}/${date.slice(0, 8)}/${signingRegion}/${signingService}/aws4_request`;
    Object.assign(request.headers, { 'x-amz-date': date, authorization: `AWS4-HMAC-SHA256 Credential=${scope}` });
    return request;
  },
};

const lake = {
  schedule: 'cron(0/30 * * * ? *)',
  tables: { include: ['orders-*'] },
  bucket: 'archive',
  mode: 'incremental' as const,
};

const plansOf = (sources: Record<string, PlanSource>): Map<string, Plan> =>
  new Map(Object.entries(sources).map(([name, source]) => [name, planOf(name, source)]));

async function createCatalog({ call }: Place, TableName: string): Promise<void> {
  const attribute = (AttributeName: string, AttributeType = 'S') => ({ AttributeName, AttributeType });
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  await call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [attribute('pk'), attribute('sk'), attribute('due'), attribute('dueAt', 'N')],
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      { IndexName: 'due', KeySchema: keys('due', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
  });
}
