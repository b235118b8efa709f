import type { dynamoDbOf } from './aws/dynamodb.ts';
import type { exportCallsOf } from './aws/dynamodb-export.ts';
import type { importCallsOf } from './aws/dynamodb-import.ts';
import type { restoreCallsOf } from './aws/dynamodb-restore.ts';
import type { keysOf } from './aws/kms.ts';
import type { requestsOf } from './aws/request-bus.ts';
import type { objectsOf } from './aws/s3.ts';
import type { settingsApiOf } from './aws/settings.ts';
import type { queuesOf } from './aws/sqs.ts';
import type { assumedRole } from './aws/sts.ts';
import type { taggingOf } from './aws/tagging.ts';
import type { catalogWrites } from './catalog-writes.ts';
import type { quotasOf } from './quotas.ts';

/**
 * What a function can do beside reading its catalog and putting facts on their bus. Each names what it needs in its own file, so
 * that its bundle holds no more: a cold start reads every byte (docs/decisions/0010). Its role allows no others.
 */
export interface Clients {
  /** Writing the catalog, which every function reads. */
  catalogWrites: typeof catalogWrites;
  /** Tables and backups. */
  dynamoDbOf: typeof dynamoDbOf;
  restoreCallsOf: typeof restoreCallsOf;
  exportCallsOf: typeof exportCallsOf;
  importCallsOf: typeof importCallsOf;
  /** What stands in the buckets of exports and imports. */
  objectsOf: typeof objectsOf;
  settingsApiOf: typeof settingsApiOf;
  taggingOf: typeof taggingOf;
  keysOf: typeof keysOf;
  /** The bus of requests. */
  requestsOf: typeof requestsOf;
  /** Dead-letter queues. */
  queuesOf: typeof queuesOf;
  /** Other accounts. */
  assumedRole: typeof assumedRole;
  /** Slots of AWS's quotas, for calls that others make as well. */
  quotasOf: typeof quotasOf;
}
