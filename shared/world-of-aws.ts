import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { ClientOptions } from './aws/client.ts';
import { dynamoDbOf, itemCalls } from './aws/dynamodb.ts';
import { exportCallsOf } from './aws/dynamodb-export.ts';
import { restoreCallsOf } from './aws/dynamodb-restore.ts';
import { eventBus } from './aws/eventbridge.ts';
import { keysOf } from './aws/kms.ts';
import { objectsOf } from './aws/s3.ts';
import { settingsApiOf } from './aws/settings.ts';
import { queuesOf } from './aws/sqs.ts';
import { assumedRole } from './aws/sts.ts';
import { taggingOf } from './aws/tagging.ts';
import { catalogOf } from './catalog.ts';
import type { Clock, Random } from './clock.ts';
import { ClockCheck } from './clock-check.ts';
import type { Environment } from './environment.ts';
import { readExportBuckets } from './export/buckets.ts';
import { factsOf } from './facts.ts';
import { installationOf } from './names.ts';
import type { Plan } from './plan.ts';
import { Quotas } from './quotas.ts';
import { type Target, targetKey } from './target.ts';
import type { Capability, World } from './world.ts';

export interface Surroundings {
  environment: Environment;
  hub: Target;
  plans: ReadonlyMap<string, Plan>;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  /** For tests: another way to AWS. */
  clients?: ClientOptions;
}

/** Everything a function needs from outside, made of SDK clients. One per process: clients and quotas have memories. */
export function worldOfAws(surroundings: Surroundings): World {
  const { environment, hub, plans, clock, random, logger, metrics, clients = {} } = surroundings;
  const clockCheck = new ClockCheck(clock);
  const catalog = catalogOf(itemCalls(clients, hub.region, clockCheck), environment.catalog, clock);
  const installation = installationOf(environment.catalog);

  /** Our own role at home, elsewhere the member account's role for that capability. */
  const optionsFor = (target: Target, capability: Capability): ClientOptions => {
    if (target.account === hub.account) return clients;
    const role = {
      roleArn: `arn:aws:iam::${target.account}:role/${environment.memberRolePrefix}-${capability}`,
      externalId: environment.externalId,
      sessionName: `tablekeep-${installation}`,
    };
    return { ...clients, credentials: assumedRole(clients, hub.region, role) };
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
  const dynamodbs = perTarget(dynamoDbOf);
  const restores = perTarget(restoreCallsOf);
  const exports = perTarget(exportCallsOf);
  const objects = perTarget(objectsOf);
  const settingsApis = perTarget(settingsApiOf);
  const taggings = perTarget(taggingOf);
  const keys = perTarget(keysOf);

  return {
    clock,
    random,
    installation,
    hub,
    plans,
    options: {
      catalog: environment.catalog,
      maxRuns: environment.maxRuns,
      graceMs: environment.graceMs,
      ...(environment.settingsEveryMs !== undefined && { settingsEveryMs: environment.settingsEveryMs }),
      deadLetterQueues: environment.deadLetterQueues,
      exportBuckets: readExportBuckets(environment.exportBuckets ?? '', hub.account),
    },
    catalog,
    quotas: new Quotas({ catalog, clock, random, clockCheck, logger, metrics }),
    dynamodb: (target, capability) => dynamodbs.of(target, capability),
    renewCredentials: (target, capability) => {
      dynamodbs.forget(target, capability);
      restores.forget(target, capability);
      exports.forget(target, capability);
      objects.forget(target, capability);
      settingsApis.forget(target, capability);
    },
    settingsApi: (target, capability) => settingsApis.of(target, capability),
    restores: (target) => restores.of(target, 'restore'),
    exports: (target) => exports.of(target, 'export'),
    objects: (target) => objects.of(target, 'export'),
    tagging: (target) => taggings.of(target, 'read'),
    keys: (target, capability = 'read') => keys.of(target, capability),
    queues: queuesOf(clients, hub.region),
    facts: factsOf(eventBus(clients, hub.region, environment.factsBus, clock), installation),
    logger,
    metrics,
  };
}
