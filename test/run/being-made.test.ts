import { afterEach, describe, expect, test } from 'vitest';
import { hub } from '../support/world.ts';
import { close, seconds, start } from './nightly.ts';

afterEach(close);

describe('a table that is being restored', () => {
  const twentyMinutes = 20 * 60_000;

  async function restoring() {
    const started = await start(2, { dynamodb: { restoreMs: () => twentyMinutes, restoreHiddenMs: () => 1 } });
    const { BackupDetails } = await started.here.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
      TableName: 'orders-0000',
      BackupName: 'by-hand',
    });
    await seconds(started.here, 60);
    await started.here.call('RestoreTableFromBackup', {
      TargetTableName: 'orders-again',
      BackupArn: BackupDetails.BackupArn,
    });
    await seconds(started.here, 10);
    return started;
  }

  test('is left to the next run, so that no other table waits for it', async () => {
    const { here, functions } = await restoring();
    functions.fire('nightly');
    await seconds(here, 120);
    functions.fire('nightly');
    await seconds(here, 120);
    const ended = functions.factsOf('Run Completed').map(({ detail }) => [detail.tables, detail.completed]);
    expect(ended).toEqual([
      [2, 2],
      [2, 2],
    ]);
    await here.clock.run(here.clock.now() + twentyMinutes);
    functions.fire('nightly');
    await functions.untilEnded(3);
    expect(functions.factsOf('Run Completed').at(-1)?.detail).toMatchObject({ tables: 3, completed: 3, failed: 0 });
  });

  test('and was asked for by name fails at once with the remedy, and the others have their backups', async () => {
    const { here, functions } = await restoring();
    functions.request({ tables: ['orders-again', 'orders-0001'], reason: 'x' });
    await seconds(here, 120);
    expect(functions.factsOf('Backup Failed').map(({ detail }) => [detail.table, detail.error])).toEqual([
      ['orders-again', 'It is still being restored; ask again when it is ACTIVE.'],
    ]);
    expect(functions.factsOf('Run Completed')[0]?.detail).toMatchObject({ completed: 1, failed: 1 });
  });
});

test('a table that is being imported is left to the next run, too', async () => {
  const { here, functions } = await start(2, { isWhole: true, dynamodb: { importMs: () => 20 * 60_000 } });
  const made = (service: string, operation: string, input: Record<string, unknown>) =>
    here.aws.core.call({ service, operation, input, caller: here.iam.caller(hub.account), ...hub });
  await made('s3', 'CreateBucket', { Bucket: 'archive' });
  await made('dynamodb', 'ImportTable', {
    S3BucketSource: { S3Bucket: 'archive' },
    InputFormat: 'DYNAMODB_JSON',
    TableCreationParameters: {
      TableName: 'orders-imported',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
  });
  functions.fire('nightly');
  await seconds(here, 120);
  functions.request({ tables: ['orders-imported'], reason: 'x' });
  await seconds(here, 120);
  const ended = functions.factsOf('Run Completed').map(({ detail }) => [detail.tables, detail.completed]);
  expect(ended).toEqual([
    [2, 2],
    [1, 0],
  ]);
  expect(functions.factsOf('Backup Failed').map(({ detail }) => detail.error)).toEqual([
    'It is still being imported; ask again when it is ACTIVE.',
  ]);
  // What ListImports does not say is seen by its age.
  here.aws.intercept(async (call, perform) =>
    call.operation === 'ListImports' ? { ImportSummaryList: [] } : perform(),
  );
  await seconds(here, 180);
  functions.request({ tables: ['orders-imported'], reason: 'x' }, 'request-2');
  await seconds(here, 120);
  expect(functions.factsOf('Backup Failed').at(-1)?.detail.error).toBe(
    'It is still being made; ask again when it is ACTIVE.',
  );
});
