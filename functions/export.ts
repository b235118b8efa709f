import { exportCallsOf } from '../shared/aws/dynamodb-export.ts';
import { keysOf } from '../shared/aws/kms.ts';
import { objectsOf } from '../shared/aws/s3.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { exportDoor, exportTable } from '../shared/export/trigger.ts';
import { lambda } from '../shared/lambda.ts';

/** Writes a table to S3: takes requests, and goes on with exports that are due. */
export const handler = lambda(exportDoor, exportTable, { exportCallsOf, objectsOf, keysOf, assumedRole });
