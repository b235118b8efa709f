import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { ClientOptions } from './aws/client.ts';
import { itemReads, itemsOf } from './aws/dynamodb.ts';
import { eventBus } from './aws/eventbridge.ts';
import { catalogOf } from './catalog.ts';
import type { Clients } from './clients.ts';
import type { Clock, Random } from './clock.ts';
import { ClockCheck } from './clock-check.ts';
import type { Environment } from './environment.ts';
import { readExportBuckets } from './export/buckets.ts';
import { factsOf } from './facts.ts';
import { installationOf } from './names.ts';
import type { Plan } from './plan.ts';
import type { ExportsPlan } from './plans/exports.ts';
import { type Target, targetKey } from './target.ts';
import type { Capability, Queues, World } from './world.ts';

export interface Surroundings {
  environment: Environment;
  hub: Target;
  plans: ReadonlyMap<string, Plan>;
  exportPlans?: ReadonlyMap<string, ExportsPlan>;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** For what counts something. */
  metrics?: Metrics;
  /** For tests: another way to AWS. */
  clients?: ClientOptions;
}

/**
 * Everything a function needs from outside, made of the clients that it names; what it has not named refuses to be
 * called. One per process: clients and quotas have memories.
 */
export function worldOfAws(surroundings: Surroundings, named: Partial<Clients>): World {
  const {
    environment,
    hub,
    plans,
    exportPlans = new Map(),
    clock,
    random,
    logger,
    metrics,
    clients = {},
  } = surroundings;
  const clockCheck = new ClockCheck(clock);
  const items = itemsOf(clients, hub.region, clockCheck);
  const catalog = {
    ...catalogOf(itemReads(items), environment.catalog, clock),
    ...(named.catalogWrites?.(items, environment.catalog) ?? noWrites),
  };
  const installation = installationOf(environment.catalog);

  /** Our own role at home, elsewhere the member account's role for that capability. */
  const optionsFor = (target: Target, capability: Capability): ClientOptions => {
    if (target.account === hub.account) return clients;
    const role = {
      roleArn: roleArnOf(target.account, `${environment.memberRolePrefix}-${capability}`),
      externalId: environment.externalId,
      sessionName: `tablekeep-${installation}`,
    };
    return { ...clients, credentials: (named.assumedRole ?? unnamed('assumedRole'))(clients, hub.region, role) };
  };
  const perTarget = <Client>(make: (options: ClientOptions, region: string) => Client) => {
    const made = new Map<string, Client>();
    const keyOf = (target: Target, capability: Capability) => `${targetKey(target)}/${capability}`;
    return {
      of(target: Target, capability: Capability): Client {
        const key = keyOf(target, capability);
        const client = made.get(key) ?? make(optionsFor(target, capability), target.region);
        made.set(key, client);
        return client;
      },
      forget: (target: Target, capability: Capability) => made.delete(keyOf(target, capability)),
    };
  };
  const dynamodbs = perTarget(named.dynamoDbOf ?? unnamed('dynamoDbOf'));
  const restores = perTarget(named.restoreCallsOf ?? unnamed('restoreCallsOf'));
  const exports = perTarget(named.exportCallsOf ?? unnamed('exportCallsOf'));
  const imports = perTarget(named.importCallsOf ?? unnamed('importCallsOf'));
  const objects = perTarget(named.objectsOf ?? unnamed('objectsOf'));
  const settingsApis = perTarget(named.settingsApiOf ?? unnamed('settingsApiOf'));
  const taggings = perTarget(named.taggingOf ?? unnamed('taggingOf'));
  const keys = perTarget(named.keysOf ?? unnamed('keysOf'));
  const quotas = metrics && named.quotasOf?.({ catalog, clock, random, clockCheck, logger, metrics });
  const noRequests = { put: unnamed('requestsOf') };
  const noQueues: Queues = { receive: unnamed('queuesOf'), remove: unnamed('queuesOf') };

  return {
    clock,
    random,
    installation,
    hub,
    plans,
    exportPlans,
    options: {
      catalog: environment.catalog,
      maxRuns: environment.maxRuns,
      graceMs: environment.graceMs,
      ...(environment.settingsEveryMs !== undefined && { settingsEveryMs: environment.settingsEveryMs }),
      deadLetterQueues: environment.deadLetterQueues,
      exportBuckets: readExportBuckets(environment.exportBuckets ?? '', hub.account),
      ...(environment.organisation && { organisation: environment.organisation }),
    },
    catalog,
    get quotas() {
      return quotas ?? unnamed('quotasOf')();
    },
    dynamodb: (target, capability) => dynamodbs.of(target, capability),
    renewCredentials: (target, capability) => {
      dynamodbs.forget(target, capability);
      restores.forget(target, capability);
      exports.forget(target, capability);
      imports.forget(target, capability);
      objects.forget(target, capability);
      settingsApis.forget(target, capability);
      taggings.forget(target, capability);
      keys.forget(target, capability);
    },
    settingsApi: (target, capability) => settingsApis.of(target, capability),
    restores: (target) => restores.of(target, 'restore'),
    exports: (target) => exports.of(target, 'export'),
    imports: (target) => imports.of(target, 'import'),
    importer: ({ account }) =>
      roleArnOf(
        account,
        account === hub.account ? (environment.importRole ?? '') : `${environment.memberRolePrefix}-import`,
      ),
    objects: (target, capability = 'export') => objects.of(target, capability),
    tagging: (target) => taggings.of(target, 'read'),
    keys: (target, capability = 'read') => keys.of(target, capability),
    queues: named.queuesOf?.(clients, hub.region) ?? noQueues,
    facts: factsOf(eventBus(clients, hub.region, environment.factsBus, clock), installation),
    requests: named.requestsOf?.(clients, hub.region, environment.requestsBus ?? '', clock) ?? noRequests,
    logger,
    get metrics() {
      return metrics ?? unnamed('metrics')();
    },
  };
}

const roleArnOf = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;

const unnamed = (what: keyof Clients | 'metrics') => (): never => {
  throw new Error(`This function has no ${what}; name it in its file in functions/.`);
};

const noWrites = {
  update: unnamed('catalogWrites'),
  put: unnamed('catalogWrites'),
  remove: unnamed('catalogWrites'),
};
