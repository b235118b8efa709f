import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Router } from '@aws-lambda-powertools/event-handler/http';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { BuildOptions } from 'esbuild';
import { expect, test } from 'vitest';
import { loaded } from './bundled.ts';

const require = createRequire(import.meta.url);

interface Powertools {
  Logger: typeof Logger;
  injectLambdaContext: typeof injectLambdaContext;
  Metrics: typeof Metrics;
  Router: typeof Router;
}

const powertools = `export { Router } from '@aws-lambda-powertools/event-handler/http';
  export { Logger } from '@aws-lambda-powertools/logger';
  export { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
  export { Metrics } from '@aws-lambda-powertools/metrics';`;

/** What an invocation writes that uses all of Powertools that we do, and what routes answer. */
async function used(more: BuildOptions) {
  const written: string[] = [];
  const { Logger, injectLambdaContext, Metrics, Router } = await loaded<Powertools>(powertools, written, more);
  const logger = new Logger({ serviceName: 'tablekeep' });
  const metrics = new Metrics({ namespace: 'Tablekeep', serviceName: 'tablekeep' });
  const { before, after, onError } = injectLambdaContext(logger, { resetKeys: true });
  const request = { event: { a: 1 }, context: { awsRequestId: 'one', functionName: 'api' }, error: new Error('why') };

  await before?.(request as never);
  logger.appendKeys({ run: 'nightly' });
  logger.info('began', { table: 'orders', nothing: undefined });
  logger.debug('is not written');
  logger.warn('a mistake', { error: Object.assign(new TypeError('no'), { stack: 'here', cause: 'why' }) });
  metrics.addDimension('plan', 'nightly').addMetric('Throttled', 'Count', 1);
  metrics.singleMetric().addDimension('plan', 'nightly').addMetric('Overdue', 'Seconds', 2);
  metrics.publishStoredMetrics();
  await after?.(request as never);
  await onError?.(request as never);
  logger.error('unexpected', { message: 'a word of its own' });

  const router = new Router();
  router.route(async ({ params }) => new Response(`read ${params.id}`, { headers: { a: 'b' } }), {
    method: 'GET',
    path: '/runs/:id',
  });
  router.route(() => Promise.reject(new RangeError('too many')), { method: 'POST', path: '/runs' });
  router.route(async () => new Response(null, { status: 204 }), { method: 'DELETE', path: '/runs/:id' });
  router.errorHandler(Error, async (error) => new Response(`${error.name}: ${error.message}`, { status: 409 }));
  const answers = await Promise.all(
    ['GET /runs/one', 'GET /runs', 'POST /runs', 'PUT /runs', 'DELETE /runs/two', 'GET /runs/a/b'].map((line) => {
      const [method = '', rawPath = ''] = line.split(' ');
      const requestContext = { domainName: 'api', http: { method, path: rawPath } };
      const event = { version: '2.0', routeKey: '$default', rawPath, rawQueryString: '', headers: {}, requestContext };
      const answer = router.resolve({ ...event, isBase64Encoded: false }, {} as never);
      return answer as Promise<{ statusCode?: number }>;
    }),
  );
  return { written: written.map((line) => line.replaceAll(/"(timestamp|Timestamp)":[^,}]+/g, '')), answers };
}

test('logs, metrics and routes are in a bundle what they are in the whole of Powertools', async () => {
  const ours = await used({});
  expect(ours.written).toHaveLength(6);
  expect(ours.answers.map(({ statusCode }) => statusCode)).toEqual([200, 409, 409, 409, 204, 409]);
  expect(ours).toEqual(await used({ plugins: [] }));
});

test('routes are registered without the shorthands that are left out', () => {
  const { shorthands }: { shorthands: string[] } = require('../../deploy/bundle/powertools-parts.cjs');
  const source = readFileSync(new URL('../../shared/api/router.ts', import.meta.url), 'utf8');
  expect(shorthands.filter((name) => source.includes(`router.${name}(`))).toEqual([]);
});
