import { dynamoDbOf } from '../shared/aws/dynamodb.ts';
import { exportCallsOf } from '../shared/aws/dynamodb-export.ts';
import { keysOf } from '../shared/aws/kms.ts';
import { objectsOf } from '../shared/aws/s3.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { taggingOf } from '../shared/aws/tagging.ts';
import { catalogWrites } from '../shared/catalog-writes.ts';
import { exportDoor, exportTable } from '../shared/export/trigger.ts';
import { lambda } from '../shared/lambda.ts';
import { metrics } from '../shared/metrics.ts';
import { quotasOf } from '../shared/quotas.ts';

/** Writes tables to S3: takes requests and firings of plans.yml, and goes on with what is due. */
export const handler = lambda(exportDoor, exportTable, {
  catalogWrites,
  dynamoDbOf,
  taggingOf,
  exportCallsOf,
  objectsOf,
  keysOf,
  assumedRole,
  quotasOf,
  metrics,
});
