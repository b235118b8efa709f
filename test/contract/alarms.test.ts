import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { alarms } from './endpoint.ts';
import { afterwards, newName } from './made.ts';
import { eventually, rule } from './rule.ts';

/** An alarm on a table of its own name, as `options` change it. */
async function putAlarm(
  options: Partial<PutMetricAlarmCommandInput> = {},
): Promise<PutMetricAlarmCommandInput & { AlarmName: string }> {
  const AlarmName = options.AlarmName ?? newName();
  const alarm: PutMetricAlarmCommandInput = {
    AlarmDescription: 'somebody waits',
    Namespace: 'AWS/DynamoDB',
    MetricName: 'ThrottledRequests',
    Dimensions: [{ Name: 'TableName', Value: AlarmName }],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 0.5,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    ...options,
    AlarmName,
  };
  await alarms.putMetricAlarm(alarm);
  afterwards(() => alarms.deleteAlarms({ AlarmNames: [AlarmName] }));
  return { ...alarm, AlarmName };
}

const find = async (AlarmName: string) => (await alarms.describeAlarms({ AlarmNames: [AlarmName] })).MetricAlarms ?? [];

rule('an alarm is described as it was put, and does not know its state at first', async () => {
  const alarm = await putAlarm();
  const [described] = await find(alarm.AlarmName);
  expect(described).toMatchObject({ ...alarm, ActionsEnabled: true, OKActions: [], AlarmActions: [] });
  expect(described?.StateValue).toMatch(/^(INSUFFICIENT_DATA|OK)$/);
  expect(described?.AlarmArn).toMatch(new RegExp(`^arn:aws:cloudwatch:.*:alarm:${alarm.AlarmName}$`));
});

rule('an alarm that is put again is replaced as a whole', async () => {
  const { AlarmName } = await putAlarm();
  await alarms.putMetricAlarm({
    AlarmName,
    Namespace: 'AWS/DynamoDB',
    MetricName: 'UserErrors',
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 7,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  const [described] = await find(AlarmName);
  expect(described).toMatchObject({ MetricName: 'UserErrors', Threshold: 7 });
  expect(described?.AlarmDescription).toBeUndefined();
});

rule('the alarms of a metric are those with exactly its dimensions', async () => {
  const { AlarmName, Dimensions = [] } = await putAlarm();
  const metric = { Namespace: 'AWS/DynamoDB', MetricName: 'ThrottledRequests' };
  const names = async (input: { Dimensions: typeof Dimensions }) =>
    (await alarms.describeAlarmsForMetric({ ...metric, ...input })).MetricAlarms?.map((one) => one.AlarmName);
  await eventually(
    () => names({ Dimensions }),
    (seen) => seen?.join() === AlarmName,
  );
  expect(await names({ Dimensions: [...Dimensions, { Name: 'Operation', Value: 'PutItem' }] })).toEqual([]);
});

rule('alarms are found by the beginning of their names, page after page', async () => {
  const prefix = newName();
  for (const letter of ['a', 'b', 'c']) await putAlarm({ AlarmName: `${prefix}-${letter}` });
  const seen: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const { MetricAlarms = [], NextToken } = await alarms.describeAlarms({
      AlarmNamePrefix: prefix,
      MaxRecords: 2,
      ...(token !== undefined && { NextToken: token }),
    });
    expect(MetricAlarms.length).toBeLessThanOrEqual(2);
    seen.push(...MetricAlarms.map(({ AlarmName }) => AlarmName));
    token = NextToken;
  } while (token !== undefined);
  expect(seen).toEqual(['a', 'b', 'c'].map((letter) => `${prefix}-${letter}`));
});

rule('an alarm that is deleted is gone', async () => {
  const { AlarmName } = await putAlarm();
  await alarms.deleteAlarms({ AlarmNames: [AlarmName] });
  await eventually(
    () => find(AlarmName),
    (seen) => seen.length === 0,
  );
});

rule('an alarm on nothing is refused', async () => {
  await expect(
    alarms.putMetricAlarm({
      AlarmName: newName(),
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  ).rejects.toThrow();
});
