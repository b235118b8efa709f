import { fullTable, type Here, withConsumers } from '../settings/full-table.ts';
import type { Deployed } from './deployed.ts';
import { hub, member } from './two-nights.ts';

/** The parameters that give the restoring role the rights to settings that act on others. */
export const switches = { restoreTriggers: 'yes', restoreKinesis: 'yes', restoreReplicas: 'yes' };

const minute = 60_000;
const home = { account: hub, region: 'us-east-1' };

/** At home and in a member account, a table with every setting is restored to a point in time and from a backup. */
export async function restores(deployed: Deployed): Promise<void> {
  for (const place of [home, member]) await restoreIn(deployed, place);
}

async function restoreIn(deployed: Deployed, place: typeof home): Promise<void> {
  const { aws, clock, whenDone } = deployed;
  const there = elsewhere(place);
  const ask = (service: string, operation: string, input: object) => {
    const caller = aws.iam.caller(place.account);
    return whenDone(aws.core.call({ service, operation, input: there(input), caller, ...place }));
  };
  const pass = (ms: number) => clock.run(clock.now() + ms).then(() => {});
  const putRole = (role: object) => aws.iam.putRole(there(role) as unknown as Parameters<typeof aws.iam.putRole>[0]);
  const at = { ask, pass, iam: { putRole } } as unknown as Here;

  await withConsumers(at);
  await fullTable(at, 'everything');
  await ask('dynamodb', 'PutItem', { TableName: 'everything', Item: { id: { S: 'a' } } });
  await leaveScalingBehind(ask, pass);
  const { KeyMetadata } = (await ask('kms', 'CreateKey', {})) as { KeyMetadata: { Arn: string } };
  await ask('dynamodb', 'CreateBackup', { TableName: 'everything', BackupName: 'mine' });
  await pass(10 * minute);

  const outward = [
    'stream',
    'timeToLive',
    'warmThroughput',
    'resourcePolicy',
    'kinesis',
    'triggers',
    'replicas',
    'alarms',
  ];
  const invoke = (request: object) => deployed.invoke('Restore', request);
  await invoke({
    source: { table: 'everything', pointInTime: { latest: true }, ...place },
    target: {
      tableName: 'everything-then',
      encryption: { type: 'CUSTOMER_MANAGED', keyArn: KeyMetadata.Arn },
      ...Object.fromEntries(outward.map((name) => [name, 'asCaptured'])),
    },
    verify: { count: true, sample: [{ id: { S: 'a' } }] },
    reason: 'every right is used',
  });
  const source = { table: 'everything', latest: true, ...place };
  await invoke({ source, target: { tableName: 'everything-again', autoScaling: null }, reason: 'every right is used' });
  await pass(180 * minute);
}

/** The words of the tests of the settings, which are of one account and Region, in those of another. */
function elsewhere({ account, region }: typeof home) {
  // The Region of a replica is another one, too.
  const said = (text: string) =>
    text === region ? 'eu-west-1' : text.replaceAll(home.region, region).replaceAll(hub, account);
  const there = (value: unknown): unknown => {
    if (typeof value === 'string') return said(value);
    if (Array.isArray(value)) return value.map(there);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [said(name), there(inner)]));
  };
  return (value: object) => (account === hub ? value : there(value)) as Record<string, unknown>;
}

/** What scaled a table stays when the table goes, and would act on the next one of its name. */
export async function leaveScalingBehind(
  ask: (service: string, operation: string, input: object) => Promise<unknown>,
  pass: (ms: number) => Promise<void>,
  TableName = 'everything-again',
): Promise<void> {
  await ask('dynamodb', 'CreateTable', {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  });
  await pass(10_000);
  await ask('application-autoscaling', 'RegisterScalableTarget', {
    ServiceNamespace: 'dynamodb',
    ResourceId: `table/${TableName}`,
    ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
    ...{ MinCapacity: 5, MaxCapacity: 10 },
  });
  await ask('dynamodb', 'DeleteTable', { TableName });
  await pass(10_000);
}
