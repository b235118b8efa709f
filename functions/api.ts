import * as z from 'zod/mini';
import { api } from '../shared/api/api.ts';
import { requestsOf } from '../shared/aws/request-bus.ts';
import { lambda } from '../shared/lambda.ts';

/** The HTTP API: reads the catalog and puts requests on their bus, nothing else. */
export const handler = lambda({ events: [], bare: z.unknown() }, api, { requestsOf });
