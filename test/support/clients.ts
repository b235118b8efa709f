import { dynamoDbOf } from '../../shared/aws/dynamodb.ts';
import { exportCallsOf } from '../../shared/aws/dynamodb-export.ts';
import { importCallsOf } from '../../shared/aws/dynamodb-import.ts';
import { restoreCallsOf } from '../../shared/aws/dynamodb-restore.ts';
import { keysOf } from '../../shared/aws/kms.ts';
import { requestsOf } from '../../shared/aws/request-bus.ts';
import { objectsOf } from '../../shared/aws/s3.ts';
import { settingsApiOf } from '../../shared/aws/settings.ts';
import { queuesOf } from '../../shared/aws/sqs.ts';
import { assumedRole } from '../../shared/aws/sts.ts';
import { taggingOf } from '../../shared/aws/tagging.ts';
import { catalogWrites } from '../../shared/catalog-writes.ts';
import type { Clients } from '../../shared/clients.ts';
import { quotasOf } from '../../shared/quotas.ts';

/** Whatever a function may name. */
export const everyClient: Clients = {
  catalogWrites,
  dynamoDbOf,
  restoreCallsOf,
  exportCallsOf,
  importCallsOf,
  objectsOf,
  settingsApiOf,
  taggingOf,
  keysOf,
  requestsOf,
  queuesOf,
  assumedRole,
  quotasOf,
};
