import { AwsError } from '../../service.ts';
import { type Kind, type Made, type Place, type Properties, pick } from '../kind.ts';

/** Properties that CreateTable takes under the same name and in the same shape. */
const same = [
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'OnDemandThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'TableClass',
  'DeletionProtectionEnabled',
  'Tags',
];
/** What UpdateTable can change in a table that is there. */
const changeable = [
  'BillingMode',
  'ProvisionedThroughput',
  'OnDemandThroughput',
  'TableClass',
  'DeletionProtectionEnabled',
];

interface Sse {
  SSEEnabled: boolean;
  KMSMasterKeyId?: string;
  SSEType?: string;
}

function special({ StreamSpecification: stream, SSESpecification, ResourcePolicy }: Properties): Properties {
  const { SSEEnabled, ...key } = (SSESpecification ?? {}) as Sse;
  const policy = (ResourcePolicy as { PolicyDocument?: unknown } | undefined)?.PolicyDocument;
  return {
    ...(stream !== undefined && { StreamSpecification: { StreamEnabled: true, ...(stream as object) } }),
    ...(SSESpecification !== undefined && { SSESpecification: { Enabled: SSEEnabled, ...key } }),
    ...(policy !== undefined && { ResourcePolicy: JSON.stringify(policy) }),
  };
}

async function describe(place: Place, TableName: string): Promise<Record<string, unknown>> {
  const { Table } = await place.call('dynamodb', 'DescribeTable', { TableName });
  return Table as Record<string, unknown>;
}

/** CloudFormation waits for a table until it is ACTIVE. */
function whenActive(place: Place, TableName: string): Promise<Record<string, unknown>> {
  return place.patiently(['NotYet'], async () => {
    const table = await describe(place, TableName);
    if (table.TableStatus !== 'ACTIVE') throw new AwsError('NotYet', `The table ${TableName} did not become ACTIVE.`);
    return table;
  });
}

/** Settings that CreateTable does not take, but for those that are as they should be. */
async function setUp(place: Place, TableName: string, properties: Properties): Promise<void> {
  const { TimeToLiveSpecification: ttl, PointInTimeRecoverySpecification: pitr } = properties;
  if (ttl !== undefined) {
    const answer = await place.call('dynamodb', 'DescribeTimeToLive', { TableName });
    const { TimeToLiveStatus = '' } = answer.TimeToLiveDescription as { TimeToLiveStatus?: string };
    const isEnabled = TimeToLiveStatus.startsWith('ENABL');
    if (isEnabled !== (ttl as { Enabled?: boolean }).Enabled) {
      await place.call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: ttl });
    }
  }
  if (pitr !== undefined) {
    const input = { TableName, PointInTimeRecoverySpecification: pitr };
    await place.patiently(['ContinuousBackupsUnavailableException'], () =>
      place.call('dynamodb', 'UpdateContinuousBackups', input),
    );
  }
}

async function change(place: Place, TableName: string, properties: Properties): Promise<void> {
  const now = await describe(place, TableName);
  const wanted = pick(properties, changeable);
  const { BillingMode = 'PROVISIONED' } = (now.BillingModeSummary ?? {}) as { BillingMode?: string };
  const current: Properties = {
    ...now,
    BillingMode,
    TableClass: (now.TableClassSummary as { TableClass?: string } | undefined)?.TableClass ?? 'STANDARD',
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (JSON.stringify(current[name]) === JSON.stringify(value)) continue;
    await place.call('dynamodb', 'UpdateTable', { TableName, [name]: value });
    await whenActive(place, TableName);
  }
}

export const table: Kind = {
  identity: ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  async put(place, properties, before) {
    const TableName = before?.physicalId ?? String(properties.TableName ?? place.generateName(255));
    if (before === undefined) {
      await place.call('dynamodb', 'CreateTable', { TableName, ...pick(properties, same), ...special(properties) });
    } else {
      await change(place, TableName, properties);
    }
    const made = await whenActive(place, TableName);
    await setUp(place, TableName, properties);
    const { TableArn: Arn, LatestStreamArn: StreamArn, TableId } = made;
    return { physicalId: TableName, attributes: { Arn, StreamArn, TableId } };
  },
  remove: (place: Place, { physicalId }: Made) => place.call('dynamodb', 'DeleteTable', { TableName: physicalId }),
};
