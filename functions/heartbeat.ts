import * as z from 'zod/mini';
import { lambda } from '../shared/lambda.ts';
import { beat } from '../shared/run/heartbeat.ts';

/** Every minute: starts whatever the catalog says is due, whatever it is invoked with. */
export const handler = lambda({ events: [], bare: z.unknown() }, beat);
