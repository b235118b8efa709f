import { scalingCalls } from './autoscaling.ts';
import type { ClientOptions } from './client.ts';
import { alarmCalls } from './cloudwatch.ts';
import { mappingCalls } from './lambda-mappings.ts';
import { tableCalls } from './table-settings.ts';

export type SettingsApi = ReturnType<typeof settingsApiOf>;

/** Everything that reads and puts back the settings of a table, in one Region, with the rights of the credentials. */
export function settingsApiOf(options: ClientOptions, region: string) {
  return {
    table: tableCalls(options, region),
    scaling: scalingCalls(options, region),
    alarms: alarmCalls(options, region),
    mappings: mappingCalls(options, region),
  };
}
