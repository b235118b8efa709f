import { importCallsOf } from '../shared/aws/dynamodb-import.ts';
import { keysOf } from '../shared/aws/kms.ts';
import { objectsOf } from '../shared/aws/s3.ts';
import { settingsApiOf } from '../shared/aws/settings.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { catalogWrites } from '../shared/catalog-writes.ts';
import { importDoor, importTable } from '../shared/import/trigger.ts';
import { lambda } from '../shared/lambda.ts';
import { metrics } from '../shared/metrics.ts';
import { quotasOf } from '../shared/quotas.ts';

/** Makes a table of exported files: takes requests, and goes on with imports that are due. */
export const handler = lambda(importDoor, importTable, {
  catalogWrites,
  importCallsOf,
  objectsOf,
  settingsApiOf,
  keysOf,
  assumedRole,
  quotasOf,
  metrics,
});
