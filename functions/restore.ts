import { restoreCallsOf } from '../shared/aws/dynamodb-restore.ts';
import { keysOf } from '../shared/aws/kms.ts';
import { settingsApiOf } from '../shared/aws/settings.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { catalogWrites } from '../shared/catalog-writes.ts';
import { lambda } from '../shared/lambda.ts';
import { metrics } from '../shared/metrics.ts';
import { quotasOf } from '../shared/quotas.ts';
import { restore, restoreDoor } from '../shared/restore/trigger.ts';

/** Brings a table back: takes requests, and goes on with restores that are due. */
export const handler = lambda(restoreDoor, restore, {
  catalogWrites,
  restoreCallsOf,
  settingsApiOf,
  keysOf,
  assumedRole,
  quotasOf,
  metrics,
});
