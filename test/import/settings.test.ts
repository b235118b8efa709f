import { afterEach, expect, test } from 'vitest';
import { captureSettings } from '../../shared/settings/capture.ts';
import { fullTable, type Here, withConsumers } from '../settings/full-table.ts';
import { hub } from '../support/world.ts';
import { type ImportHere, importHere } from './here.ts';

let here: ImportHere;
afterEach(() => here.close());

const ask = (service: string, operation: string, input: Record<string, unknown>) =>
  here.done(here.aws.core.call({ service, operation, input, caller: here.iam.caller(hub.account), ...hub }));

test('settings that were captured come with the table, those that act on others do not and are named', async () => {
  here = await importHere();
  const at = Object.assign(here, { ask }) as unknown as Here;
  await withConsumers(at);
  await fullTable(at, 'orders');
  await here.put('orders', { id: { S: 'a' }, customer: { S: 'b' } });
  await here.done(captureSettings(here.world().world, hub, 'orders'));
  const full = await here.exportFull('orders');
  // AWS keeps a table whose replica is younger than a day.
  await here.pass(25 * 3_600_000);
  await ask('dynamodb', 'UpdateTable', { TableName: 'orders', DeletionProtectionEnabled: false });
  await here.pass(10_000);
  await ask('dynamodb', 'DeleteTable', { TableName: 'orders' });
  await here.pass(60_000);
  here.send({
    source: { bucket: 'archive', export: full.folder },
    target: { tableName: 'orders-again' },
    reason: 'test',
  });
  await here.untilEnded();
  expect(here.factsOf('Import Failed')).toEqual([]);
  const [completed] = here.factsOf('Import Completed');
  expect(completed?.detail).toMatchObject({
    settingsPutBack: [
      'deletionProtection',
      'tags',
      'pointInTimeRecovery',
      'tableClass',
      'contributorInsights',
      'scaling',
    ],
    settingsNotPutBack: [
      {
        setting: 'timeToLive',
        reason: 'DynamoDB would delete items whose time has passed since; name it in the request to have it.',
      },
      ...['warmThroughput', 'resourcePolicy', 'kinesis', 'triggers', 'replicas', 'alarms'].map((setting) => ({
        setting,
        reason: 'An import puts nothing back that acts on others; set it by hand.',
      })),
    ],
  });
});
