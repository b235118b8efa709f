import { pages } from '../pages.ts';
import type { ClientOptions } from './client.ts';
import { jsonRequest, otherService } from './other-service.ts';

/** A metric alarm as DescribeAlarms answers: its definition, its state and its times. */
export type MetricAlarm = { AlarmName: string } & Record<string, unknown>;

export type AlarmCalls = ReturnType<typeof alarmCalls>;

/** CloudWatch's metric alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
export function alarmCalls(options: ClientOptions, region: string) {
  const send = otherService(options, region, { host: 'monitoring', signingName: 'monitoring' });
  const call = <Answer>(operation: string, input: object) =>
    send<Answer>(jsonRequest(`GraniteServiceVersion20100801.${operation}`, '1.0', input));

  return {
    async metricAlarms(names?: string[]): Promise<MetricAlarm[]> {
      const found: MetricAlarm[] = [];
      const describe = (NextToken?: string): Promise<{ MetricAlarms?: MetricAlarm[]; NextToken?: string }> =>
        call('DescribeAlarms', {
          AlarmTypes: ['MetricAlarm'],
          ...(names && { AlarmNames: names }),
          MaxRecords: 100,
          NextToken,
        });
      for await (const page of pages(describe, ({ NextToken }) => NextToken)) found.push(...(page.MetricAlarms ?? []));
      return found;
    },
    putMetricAlarm: (alarm: Record<string, unknown>) => call('PutMetricAlarm', alarm),
  };
}
