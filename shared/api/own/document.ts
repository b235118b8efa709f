import * as z from 'zod/mini';
import { openApi } from '../openapi.ts';
import { route } from '../route.ts';

export const readDocument = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/openapi.json',
  id: 'readDocument',
  summary: 'This document',
  success: { status: 200, description: 'OpenAPI 3.1.', body: z.record(z.string(), z.unknown()) },
  failures: [],
  act: async () => openApi(),
});
