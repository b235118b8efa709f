import { kms } from '../kms.ts';
import type { Call, Core, PolicyDocument, Service } from '../service.ts';
import { accountOperations } from './account.ts';
import { backupOperations } from './backups.ts';
import { continuousBackupOperations } from './continuous-backups.ts';
import { contributorInsightsOperations } from './contributor-insights.ts';
import { dataOperations } from './data.ts';
import { errorType } from './errors.ts';
import { exportOperations } from './exports.ts';
import { importOperations } from './imports.ts';
import { checkItemLimits } from './item-limits.ts';
import type { Snapshot } from './items.ts';
import { kinesisDestinationOperations } from './kinesis-destinations.ts';
import { validate } from './model.ts';
import { type Options, type Settings, settingsOf } from './options.ts';
import { partiqlOperations } from './partiql/execute.ts';
import { ownersCall, permissionsOf } from './permissions.ts';
import type { Count, Rate } from './quotas.ts';
import { resourcePolicyOperations } from './resource-policies.ts';
import { restoreOperations } from './restores.ts';
import { type Operations, Region, type Throughput, type World } from './state.ts';
import { dynamodbStreams } from './streams.ts';
import { tableOperations } from './tables.ts';
import { tagOperations } from './tags.ts';
import { timeToLiveOperations } from './time-to-live.ts';
import { transactionOperations } from './transactions.ts';
import { updateTableOperations } from './update-table.ts';

/** What a test, a demo or another local service may see and set beside the API. */
export interface Inspection {
  /** Calls by operation, of one account and Region, or of all together. */
  counters(of?: { account: string; region: string }): Record<string, Count>;
  /** From now on, everywhere. */
  setRate(operation: string, rate: Rate): void;
  /** What becomes of backups that are asked for from now on. */
  setBackupFate(fate: Settings['backupFate']): void;
  /** What a backup holds; throws when there is no such backup. */
  snapshotOf(backupArn: string): Snapshot;
  /** What a table holds now; throws when there is no such table. */
  itemsOf(of: { account: string; region: string }, tableName: string): Snapshot;
  /** The capacity of a table, or of an index, that is there and not being created or deleted. */
  throughputOf(of: { account: string; region: string }, tableName: string, indexName?: string): Throughput | undefined;
  /** DynamoDB Streams of these tables, a service with operations of its own. */
  streams: Service;
  /** Whether a table has a stream of this ARN that is enabled. */
  hasStream(streamArn: string): boolean;
  /** The tables of an account and Region with their tags, in the order of their names. */
  taggedTables(of: { account: string; region: string }): { arn: string; tags: Map<string, string> }[];
}

/** The body of a BatchWriteItem may have 16 MB. */
const maxBodyBytes = 16 * 1024 * 1024;

/** DynamoDB: items, tables, their settings, and backups with their life, errors, limits and rates. */
export function dynamodb(core: Core, options: Options = {}): Service & Inspection {
  const settings = settingsOf(options, options.keys ?? kms(core).keys);
  const regions = new Map<string, Region>();
  const world: World = {
    core,
    settings,
    region({ account, region }) {
      const place = `${account}/${region}`;
      const found = regions.get(place) ?? new Region(account, region, settings);
      regions.set(place, found);
      return found;
    },
    isBeingRestored({ arn }) {
      const tables = [...regions.values()].flatMap((region) => [...region.tables.values()]);
      return tables.some(({ restored }) => restored?.isInProgress && restored.backupArn === arn);
    },
  };
  const dataOperationsHere = dataOperations(world);
  const operations: Operations = {
    ...dataOperationsHere,
    ...transactionOperations(world),
    ...partiqlOperations(world),
    ...tableOperations(world),
    ...updateTableOperations(world),
    ...tagOperations(world),
    ...timeToLiveOperations(world),
    ...continuousBackupOperations(world),
    ...backupOperations(world),
    ...restoreOperations(world),
    ...exportOperations(world),
    ...importOperations(world),
    ...kinesisDestinationOperations(world),
    ...contributorInsightsOperations(world),
    ...resourcePolicyOperations(world),
    ...accountOperations(),
  };

  return {
    name: 'dynamodb',
    protocol: 'json-1.0',
    targetPrefix: 'DynamoDB_20120810',
    maxBodyBytes,
    errorType,
    // Operations on items are checked by dynalite, whose wording of their many rules was taken from AWS.
    validate: (operation, input) => {
      checkItemLimits(input);
      if (!(operation in dataOperationsHere)) validate(operation, input);
    },
    permissions: (call) => permissionsOf(call, world.region(call)),
    resourcePolicy: (call) => policyOf(world, call),
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        name,
        (call: Call) => {
          world.region(call).quotas.take(name, core.clock.now());
          // What no policy opens stays with the caller's account, where the operation refuses it.
          return operation(policyTextOf(world, call) === undefined ? call : ownersCall(call));
        },
      ]),
    ),
    counters(of) {
      const counted = of ? [world.region(of)] : [...regions.values()];
      return total(counted.map(({ quotas }) => quotas.counts));
    },
    setRate(operation, rate) {
      settings.rates[operation] = rate;
    },
    setBackupFate(fate) {
      settings.backupFate = fate;
    },
    snapshotOf(backupArn) {
      for (const { backups } of regions.values()) {
        const backup = backups.get(backupArn);
        if (backup !== undefined) return backup.snapshot;
      }
      throw new Error(`There is no backup ${backupArn}.`);
    },
    itemsOf(of, tableName) {
      const table = world.region(of).tables.get(tableName);
      if (table === undefined) throw new Error(`There is no table ${tableName} in ${of.account}/${of.region}.`);
      return table.items.snapshot();
    },
    throughputOf(of, tableName, indexName) {
      const table = world.region(of).tables.get(tableName);
      if (table === undefined || table.status === 'CREATING' || table.status === 'DELETING') return undefined;
      if (indexName === undefined) return table.throughput;
      return table.globalIndexes.find(({ IndexName }) => IndexName === indexName)?.throughput;
    },
    streams: dynamodbStreams(world),
    hasStream(streamArn) {
      const [, , , region = '', account = '', ...rest] = streamArn.split(':');
      const [, name = '', , label] = rest.join(':').split('/');
      return label !== undefined && world.region({ account, region }).tables.get(name)?.stream?.label === label;
    },
    taggedTables: (of) =>
      [...world.region(of).tables.values()]
        .filter(({ tags, status }) => tags.size > 0 && status !== 'CREATING')
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function policyOf(world: World, call: Call): PolicyDocument | undefined {
  const policy = policyTextOf(world, call);
  return policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
}

/** The policy of the table that the call names, in whatever account. */
function policyTextOf(world: World, call: Call): string | undefined {
  const { TableName, ResourceArn, SourceTableArn, SourceTableName } = call.input;
  const given = TableName ?? ResourceArn ?? SourceTableArn ?? SourceTableName;
  const name = typeof given === 'string' ? (given.split('/')[given.includes('/') ? 1 : 0] ?? '') : '';
  return world.region(ownersCall(call)).tables.get(name)?.policy;
}

function total(counts: Map<string, Count>[]): Record<string, Count> {
  const sums: Record<string, Count> = {};
  for (const [operation, { accepted, throttled }] of counts.flatMap((count) => [...count])) {
    const sum = sums[operation] ?? { accepted: 0, throttled: 0 };
    sums[operation] = { accepted: sum.accepted + accepted, throttled: sum.throttled + throttled };
  }
  return sums;
}
