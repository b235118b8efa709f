import { catalogWrites } from '../shared/catalog-writes.ts';
import { lambda } from '../shared/lambda.ts';
import { startRun } from '../shared/run/start.ts';
import { startRunDoor } from '../shared/run/wish.ts';

/** A firing or a request becomes a run per target. */
export const handler = lambda(startRunDoor, startRun, { catalogWrites });
