import { dynamoDbOf } from '../shared/aws/dynamodb.ts';
import { settingsApiOf } from '../shared/aws/settings.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { taggingOf } from '../shared/aws/tagging.ts';
import { catalogWrites } from '../shared/catalog-writes.ts';
import { lambda } from '../shared/lambda.ts';
import { metrics } from '../shared/metrics.ts';
import { quotasOf } from '../shared/quotas.ts';
import { takeBackups, takeBackupsDoor } from '../shared/run/take.ts';

/** Takes the backups of a run and watches them until each has ended. */
export const handler = lambda(takeBackupsDoor, takeBackups, {
  catalogWrites,
  dynamoDbOf,
  taggingOf,
  settingsApiOf,
  assumedRole,
  quotasOf,
  metrics,
});
