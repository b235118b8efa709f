import { dynamoDbOf } from '../shared/aws/dynamodb.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { catalogWrites } from '../shared/catalog-writes.ts';
import { lambda } from '../shared/lambda.ts';
import { metrics } from '../shared/metrics.ts';
import { quotasOf } from '../shared/quotas.ts';
import { applyRetention, retentionDoor } from '../shared/retention/trigger.ts';

/** A run has ended, or a day has: deletes what a plan no longer keeps. */
export const handler = lambda(retentionDoor, applyRetention, {
  catalogWrites,
  dynamoDbOf,
  assumedRole,
  quotasOf,
  metrics,
});
