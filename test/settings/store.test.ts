import { afterEach, expect, test } from 'vitest';
import { inProcess, type SdkRequest } from '../../local/transport.ts';
import { settingsApiOf } from '../../shared/aws/settings.ts';
import { settingsHash } from '../../shared/settings/canonical.ts';
import { settingsWithHash, storeSettings } from '../../shared/settings/store.ts';
import { arnOf, type Here, here } from './full-table.ts';

let at: Here;
afterEach(() => at.close());

/** Text that does not become smaller by compression. */
function noise(length: number): string {
  let seed = 1;
  const next = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return String.fromCharCode(0x4e00 + (seed % 20_000));
  };
  return Array.from({ length }, next).join('');
}

test.each([10, 400_000])('settings are found by their hash, with %i characters of noise', async (length) => {
  at = await here();
  const { world } = at.world();
  const settings = { tableArn: arnOf('orders'), tags: { noise: noise(length) } };
  const hash = settingsHash(settings);
  expect(await at.done(settingsWithHash(world, hash))).toBeUndefined();
  await at.done(storeSettings(world, hash, settings));
  await at.done(storeSettings(world, hash, settings));
  expect(await at.done(settingsWithHash(world, hash))).toEqual(settings);
});

test('each service is called at its own host, signed for it, and its errors keep their names', async () => {
  at = await here();
  const seen: string[] = [];
  const way = inProcess(at.aws);
  const requestHandler = {
    handle(request: SdkRequest & { hostname: string }) {
      const [, scope = ''] = /Credential=[^/]+\/\d+\/([^,]+)/.exec(request.headers.authorization ?? '') ?? [];
      seen.push(`${request.method} ${request.hostname} ${scope}`);
      return way.handle(request);
    },
  };
  const credentials = { accessKeyId: 'administrator', secretAccessKey: 'any' };
  const api = settingsApiOf({ credentials, requestHandler }, 'cn-north-1');
  await at.done(api.scaling.targets(['table/orders']));
  await at.done(api.alarms.metricAlarms());
  await at.done(api.mappings.ofStream(`${arnOf('orders')}/stream/1`));
  expect(seen).toEqual([
    'POST application-autoscaling.cn-north-1.amazonaws.com.cn cn-north-1/application-autoscaling/aws4_request',
    'POST monitoring.cn-north-1.amazonaws.com.cn cn-north-1/monitoring/aws4_request',
    'GET lambda.cn-north-1.amazonaws.com.cn cn-north-1/lambda/aws4_request',
  ]);
  const target = { ResourceId: 'table/orders', ScalableDimension: 'dynamodb:table:ReadCapacityUnits' };
  await expect(at.done(api.scaling.deregister(target))).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  await expect(at.done(api.mappings.create({ FunctionName: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: expect.stringContaining('none'),
  });
});
