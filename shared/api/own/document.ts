import * as z from 'zod/mini';
import document from '../../../docs/openapi.json' with { type: 'json' };
import { route } from '../route.ts';

/** The file as it is in the repository: `npm run openapi` makes it of the routes, packaging compresses it. */
export const readDocument = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/openapi.json',
  id: 'readDocument',
  summary: 'This document',
  success: { status: 200, description: 'OpenAPI 3.1.', body: z.record(z.string(), z.unknown()) },
  failures: [],
  act: async () => document,
});
