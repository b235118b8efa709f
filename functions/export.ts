import { exportDoor, exportTable } from '../shared/export/trigger.ts';
import { lambda } from '../shared/lambda.ts';

/** Writes a table to S3: takes requests, and goes on with exports that are due. */
export const handler = lambda(exportDoor, exportTable);
