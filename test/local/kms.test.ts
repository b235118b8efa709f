import { KMS } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { dayMs, makeTable, refused, startLocal, tableInput } from './dynamodb-local.ts';

test('a key is Enabled, Disabled, and pending deletion until it is gone', async () => {
  const local = startLocal();
  const keys = new KMS(local.config);
  const { KeyMetadata } = await keys.createKey({ Description: 'orders' });
  const KeyId = KeyMetadata?.KeyId;
  const state = async () => (await keys.describeKey({ KeyId })).KeyMetadata?.KeyState;
  expect(KeyMetadata).toMatchObject({
    KeyState: 'Enabled',
    Enabled: true,
    KeyManager: 'CUSTOMER',
    Description: 'orders',
  });
  await keys.disableKey({ KeyId });
  expect(await state()).toBe('Disabled');
  await keys.enableKey({ KeyId });
  expect(await state()).toBe('Enabled');
  const { DeletionDate } = await keys.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  expect(DeletionDate).toEqual(new Date(local.clock.now() + 7 * dayMs));
  expect(await state()).toBe('PendingDeletion');
  await refused(keys.enableKey({ KeyId }), 'KMSInvalidStateException');
  await local.pass(7 * dayMs);
  await refused(state(), 'NotFoundException', `Key '${KeyMetadata?.Arn}' does not exist`);
});

test('a key that does not exist is not found, and waits no less than a week', async () => {
  const keys = new KMS(startLocal().config);
  await refused(keys.describeKey({ KeyId: 'none' }), 'NotFoundException');
  const { KeyMetadata } = await keys.createKey({});
  await refused(keys.scheduleKeyDeletion({ KeyId: KeyMetadata?.KeyId, PendingWindowInDays: 6 }), 'ValidationException');
});

test("a table is encrypted with its customer's key, with AWS's, or says nothing", async () => {
  const local = startLocal();
  const keys = new KMS(local.config);
  const { KeyMetadata } = await keys.createKey({});
  const encryption = async (TableName: string) =>
    (await local.client.describeTable({ TableName })).Table?.SSEDescription;
  const KMSMasterKeyId = KeyMetadata?.KeyId ?? '';
  await makeTable(local, 'plain');
  await makeTable(local, 'managed', { SSESpecification: { Enabled: true } });
  await makeTable(local, 'secret', { SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId } });
  expect(await encryption('plain')).toBeUndefined();
  expect(await encryption('secret')).toEqual({ Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: KeyMetadata?.Arn });
  const managed = (await encryption('managed'))?.KMSMasterKeyArn;
  expect((await keys.describeKey({ KeyId: managed })).KeyMetadata?.KeyManager).toBe('AWS');
  expect((await keys.describeKey({ KeyId: 'alias/aws/dynamodb' })).KeyMetadata?.Arn).toBe(managed);
});

test('the keys of an account and Region are listed, and the aliases of AWS’s own', async () => {
  const keys = new KMS(startLocal().config);
  const made = (await keys.createKey({})).KeyMetadata?.Arn;
  const managed = (await keys.describeKey({ KeyId: 'alias/aws/dynamodb' })).KeyMetadata;
  expect((await keys.listKeys({})).Keys?.map(({ KeyArn }) => KeyArn)).toEqual([made, managed?.Arn]);
  expect((await keys.listAliases({})).Aliases).toEqual([
    {
      AliasName: 'alias/aws/dynamodb',
      AliasArn: 'arn:aws:kms:us-east-1:123456789012:alias/aws/dynamodb',
      TargetKeyId: managed?.KeyId,
    },
  ]);
});

test.each([
  [{ Enabled: false, SSEType: 'KMS' }, 'SSEType can not be specified if Enabled is false'],
  [{ Enabled: true, KMSMasterKeyId: 'some' }, 'SSEType KMS is required if KMSMasterKeyId is specified'],
  [{ Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'none' }, "Key 'none' does not exist"],
] as const)('a table with %j is refused: %s', async (SSESpecification, sentence) => {
  const refusal = { name: 'ValidationException', message: expect.stringContaining(sentence) };
  await expect(startLocal().client.createTable(tableInput('orders', { SSESpecification }))).rejects.toMatchObject(
    refusal,
  );
});
