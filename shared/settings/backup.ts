import type { SourceTableFeatureDetails } from '@aws-sdk/client-dynamodb';
import type { TableSettings } from './settings.ts';

/** What DescribeBackup kept for the time of the backup: of a SYSTEM backup, nothing. */
export function settingsOfBackup({ StreamDescription, TimeToLiveDescription }: SourceTableFeatureDetails) {
  const { StreamEnabled, StreamViewType: viewType } = StreamDescription ?? {};
  const { TimeToLiveStatus: status = '', AttributeName: attribute } = TimeToLiveDescription ?? {};
  return {
    stream: StreamEnabled && viewType ? { viewType } : null,
    timeToLive: /^ENABL/.test(status) && attribute ? { attribute } : null,
  } satisfies Pick<TableSettings, 'stream' | 'timeToLive'>;
}
