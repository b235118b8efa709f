import { auditDoor, runAudit } from '../shared/audit/trigger.ts';
import { dynamoDbOf } from '../shared/aws/dynamodb.ts';
import { keysOf } from '../shared/aws/kms.ts';
import { queuesOf } from '../shared/aws/sqs.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { taggingOf } from '../shared/aws/tagging.ts';
import { catalogWrites } from '../shared/catalog-writes.ts';
import { lambda } from '../shared/lambda.ts';
import { metrics } from '../shared/metrics.ts';
import { quotasOf } from '../shared/quotas.ts';

/** Every hour: compares AWS with the catalog and the plans, and reads the dead letters. */
export const handler = lambda(auditDoor, runAudit, {
  catalogWrites,
  dynamoDbOf,
  taggingOf,
  keysOf,
  queuesOf,
  assumedRole,
  quotasOf,
  metrics,
});
