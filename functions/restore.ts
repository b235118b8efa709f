import { lambda } from '../shared/lambda.ts';
import { restore, restoreDoor } from '../shared/restore/trigger.ts';

/** Brings a table back: takes requests, and goes on with restores that are due. */
export const handler = lambda(restoreDoor, restore);
