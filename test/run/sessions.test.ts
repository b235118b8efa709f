import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import type { World } from '../../shared/world.ts';
import { chainsHere, hourMs } from '../export/chain-here.ts';
import { exportHere, request as exportRequest } from '../export/here.ts';
import { importHere, makeOrders, order } from '../import/here.ts';
import { reason, restoreHere } from '../restore/here.ts';
import { service } from '../support/service.ts';
import { hub, type Local } from '../support/world.ts';
import { nightly, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

/** The first call of that operation meets with a session that is not good any more. Answers what is renewed from now on. */
function refuseOnce(local: Local, operation: string): string[] {
  const renewed: string[] = [];
  const worldOf = local.world;
  local.world = (...of) => {
    const made = worldOf(...of);
    const renewCredentials: World['renewCredentials'] = (_, capability) => void renewed.push(capability);
    return { ...made, world: Object.assign(made.world, { renewCredentials }) };
  };
  let isRefused = false;
  local.aws.intercept(async (call, perform) => {
    if (call.operation !== operation || isRefused) return perform();
    isRefused = true;
    throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
  });
  return renewed;
}

test.each([
  ['ListTables', 'read'],
  ['CreateBackup', 'backup'],
  ['ListBackups', 'read'],
])('a run whose session AWS refuses at %s gets a new one, and ends well', async (operation, capability) => {
  here = await withTables(5);
  const renewed = refuseOnce(here, operation);
  const functions = service(here);
  functions.fire('nightly');
  await functions.untilEnded();
  expect(functions.factsOf('Backup Completed')).toHaveLength(5);
  expect(renewed).toEqual([capability]);
});

test('a run whose session AWS refuses at the tags reads them again, and takes the tables that have them, and no other', async () => {
  const tables = { include: ['*'], tags: { env: 'prod' } };
  here = await withTables(1, { plans: { nightly: { ...nightly, tables } } });
  const tag = (Key: string, Value: string) => ({ Key, Value });
  await here.createTable('shop', { Tags: [tag('env', 'prod')] });
  await here.createTable('shop-old', { Tags: [tag('env', 'prod'), tag('tablekeep:skip', 'yes')] });
  await here.clock.run(here.clock.now() + 10_000);
  const renewed = refuseOnce(here, 'GetResources');
  const functions = service(here);
  functions.fire('nightly');
  await functions.untilEnded();
  expect(functions.factsOf('Backup Completed').map(({ detail }) => detail.table)).toEqual(['shop']);
  expect(renewed).toEqual(['read']);
});

test('a session that is renewed is that of every client, and of one role in one place only', async () => {
  here = await withTables(0);
  const { world } = here.world();
  const target = { ...hub, account: '222222222222' };
  const clients = () => [
    world.dynamodb(target, 'read'),
    world.settingsApi(target, 'read'),
    world.tagging(target),
    world.keys(target),
  ];
  const before = clients();
  world.renewCredentials({ ...target, region: 'eu-west-1' }, 'read');
  world.renewCredentials(target, 'backup');
  for (const [index, client] of clients().entries()) expect(client).toBe(before[index]);
  world.renewCredentials(target, 'read');
  for (const [index, client] of clients().entries()) expect(client).not.toBe(before[index]);
});

test.each(['RestoreTableFromBackup', 'TagResource'])(
  'a restore whose session AWS refuses at %s gets a new one, and ends well',
  async (operation) => {
    const restores = await restoreHere();
    here = restores;
    await restores.createTable('orders');
    await restores.pass(10_000);
    const backupArn = await restores.backUp('orders');
    const renewed = refuseOnce(restores, operation);
    const target = { tableName: 'orders-copy', tags: { team: 'shop' } };
    await restores.ask({ source: { backupArn }, target, reason });
    await restores.untilEnded();
    expect(restores.factsOf('Restore Completed')).toHaveLength(1);
    expect(renewed).toEqual(['restore']);
  },
);

test('an export whose session AWS refuses gets a new one, and ends well', async () => {
  const exports = await exportHere();
  here = exports;
  const renewed = refuseOnce(exports, 'ExportTableToPointInTime');
  await exports.ask(exportRequest);
  await exports.untilEnded();
  expect(exports.factsOf('Export Completed')).toHaveLength(1);
  expect(renewed).toEqual(['export']);
});

test.each(['ListTables', 'DescribeContinuousBackups'])(
  'a round of exports whose session AWS refuses at %s gets new ones, and ends well',
  async (operation) => {
    const chains = await chainsHere();
    here = chains;
    await chains.table('orders');
    const renewed = refuseOnce(chains, operation);
    await chains.passFiring(2 * hourMs);
    expect(chains.told('Export Round Completed')).toMatchObject([{ failed: 0 }]);
    expect(renewed).toEqual(['read', 'export']);
  },
);

test.each(['ImportTable', 'BatchWriteItem'])(
  'an import whose session AWS refuses at %s gets a new one, and ends well',
  async (operation) => {
    const imports = await importHere();
    here = imports;
    await makeOrders(imports);
    await imports.pass(400_000);
    const full = await imports.exportFull('orders');
    await imports.put('orders', order(1));
    await imports.pass(hourMs);
    const window = await imports.exportWindow('orders', full);
    const renewed = refuseOnce(imports, operation);
    const source = { bucket: 'archive', export: full.folder, increments: [window.folder] };
    await imports.invoke({ source, target: { tableName: 'copy' }, reason });
    await imports.untilEnded();
    expect(imports.factsOf('Import Completed')).toHaveLength(1);
    expect(renewed).toEqual(['import']);
  },
);

test('a session that stays refused is not asked with again and again', async () => {
  here = await withTables(1);
  let asked = 0;
  here.aws.intercept((call, perform) => {
    if (call.operation !== 'CreateBackup') return perform();
    asked++;
    return Promise.reject(
      new AwsError('ExpiredTokenException', 'The security token included in the request is expired'),
    );
  });
  service(here).fire('nightly');
  await here.clock.run(here.clock.now() + 120_000);
  expect(asked).toBeGreaterThan(4);
  expect(asked).toBeLessThan(60);
});
