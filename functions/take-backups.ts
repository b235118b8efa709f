import { lambda } from '../shared/lambda.ts';
import { takeBackups, takeBackupsDoor } from '../shared/run/take.ts';

/** Takes the backups of a run and watches them until each has ended. */
export const handler = lambda(takeBackupsDoor, takeBackups);
