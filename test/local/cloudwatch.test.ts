import { CloudWatch, type PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { startAt, startWhole } from './whole-aws.ts';

const throttled: PutMetricAlarmCommandInput = {
  AlarmName: 'orders-throttled',
  AlarmDescription: 'somebody waits',
  Namespace: 'AWS/DynamoDB',
  MetricName: 'ThrottledRequests',
  Dimensions: [
    { Name: 'TableName', Value: 'orders' },
    { Name: 'Operation', Value: 'PutItem' },
  ],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 0.5,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
  AlarmActions: ['arn:aws:sns:us-east-1:123456789012:people'],
};

function start() {
  const { config } = startWhole();
  return { client: new CloudWatch(config), config };
}

test('an alarm is described as it was put, so that it can be put again', async () => {
  const { client } = start();
  await client.putMetricAlarm(throttled);
  const { MetricAlarms = [] } = await client.describeAlarms({ AlarmNames: ['orders-throttled', 'another'] });
  expect(MetricAlarms).toEqual([
    expect.objectContaining({
      ...throttled,
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:orders-throttled',
      ActionsEnabled: true,
      OKActions: [],
      InsufficientDataActions: [],
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      AlarmConfigurationUpdatedTimestamp: new Date(startAt),
    }),
  ]);
});

test('an alarm that is put again is replaced as a whole', async () => {
  const { client } = start();
  await client.putMetricAlarm(throttled);
  const { AlarmDescription, AlarmActions, ...rest } = throttled;
  await client.putMetricAlarm({ ...rest, Threshold: 7 });
  const { MetricAlarms = [] } = await client.describeAlarms({});
  expect(MetricAlarms).toHaveLength(1);
  expect(MetricAlarms[0]).toMatchObject({ Threshold: 7, AlarmActions: [] });
  expect(MetricAlarms[0]).not.toHaveProperty('AlarmDescription');
});

test('the alarms of a metric are those with exactly its dimensions', async () => {
  const { client } = start();
  await client.putMetricAlarm(throttled);
  const find = async (Dimensions: { Name: string; Value: string }[]) => {
    const { Namespace, MetricName } = throttled;
    const { MetricAlarms } = await client.describeAlarmsForMetric({ Namespace, MetricName, Dimensions });
    return MetricAlarms?.length;
  };
  const [table, operation] = throttled.Dimensions as [never, never];
  expect(await find([operation, table])).toBe(1);
  expect(await find([table])).toBe(0);
});

test('DescribeAlarms filters by prefix and action, and gives page after page', async () => {
  const { client } = start();
  for (const name of ['orders-a', 'orders-b', 'orders-c', 'packages']) {
    const { AlarmActions, ...silent } = throttled;
    await client.putMetricAlarm({ ...(name === 'packages' ? throttled : silent), AlarmName: name });
  }
  const names = async (input: Parameters<CloudWatch['describeAlarms']>[0]) =>
    (await client.describeAlarms(input)).MetricAlarms?.map(({ AlarmName }) => AlarmName);
  expect(await names({ AlarmNamePrefix: 'orders-' })).toEqual(['orders-a', 'orders-b', 'orders-c']);
  expect(await names({ ActionPrefix: 'arn:aws:sns' })).toEqual(['packages']);
  expect(await names({ AlarmTypes: ['CompositeAlarm'] })).toEqual([]);
  const { NextToken } = await client.describeAlarms({ MaxRecords: 3 });
  expect(await names({ MaxRecords: 3, NextToken })).toEqual(['packages']);
});

test('what is deleted is gone, and a name that is not there does not matter', async () => {
  const { client } = start();
  await client.putMetricAlarm(throttled);
  await client.deleteAlarms({ AlarmNames: ['another', 'orders-throttled'] });
  expect((await client.describeAlarms({})).MetricAlarms).toEqual([]);
});

test('tags are taken when an alarm is new, and later by their own operations only', async () => {
  const { client } = start();
  const ResourceARN = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:orders-throttled';
  const tags = async () => (await client.listTagsForResource({ ResourceARN })).Tags;
  await client.putMetricAlarm({ ...throttled, Tags: [{ Key: 'team', Value: 'a' }] });
  await client.putMetricAlarm({ ...throttled, Tags: [{ Key: 'team', Value: 'b' }] });
  expect(await tags()).toEqual([{ Key: 'team', Value: 'a' }]);
  await client.tagResource({ ResourceARN, Tags: [{ Key: 'stage', Value: 'test' }] });
  await client.untagResource({ ResourceARN, TagKeys: ['team'] });
  expect(await tags()).toEqual([{ Key: 'stage', Value: 'test' }]);
});

test.each<[string, Partial<PutMetricAlarmCommandInput>]>([
  ['no metric', { MetricName: undefined }],
  ['both a metric and metrics', { Metrics: [{ Id: 'a', Expression: '1' }] }],
  ['no namespace', { Namespace: undefined }],
  ['more datapoints than periods', { DatapointsToAlarm: 4 }],
  ['an unknown comparison', { ComparisonOperator: 'Odd' as never }],
  ['no periods', { EvaluationPeriods: undefined }],
])('an alarm with %s is refused', async (_what, change) => {
  const { client } = start();
  const input = Object.fromEntries(
    Object.entries({ ...throttled, ...change }).filter(([, value]) => value !== undefined),
  );
  await expect(client.putMetricAlarm(input as unknown as PutMetricAlarmCommandInput)).rejects.toMatchObject({
    name: expect.stringMatching(/^ValidationE/),
  });
});

test('alarms belong to an account and a Region', async () => {
  const { client, config } = start();
  await client.putMetricAlarm(throttled);
  const elsewhere = new CloudWatch({ ...config, region: 'eu-west-1' });
  expect((await elsewhere.describeAlarms({})).MetricAlarms).toEqual([]);
});
