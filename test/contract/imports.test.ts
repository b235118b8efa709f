import type { ImportTableCommandInput, ImportTableDescription } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { dynamodb } from './endpoint.ts';
import { deleteLater, makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';
import { makeBucket, s3 } from './s3-client.ts';

const S3Bucket = await makeBucket();

const ask = (TableName: string, S3KeyPrefix: string, options: Partial<ImportTableCommandInput> = {}) =>
  dynamodb.importTable({
    S3BucketSource: { S3Bucket, S3KeyPrefix },
    InputFormat: 'DYNAMODB_JSON',
    TableCreationParameters: {
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
    ...options,
  });

async function ended(asked: ReturnType<typeof ask>): Promise<ImportTableDescription> {
  const { ImportTableDescription: begun } = await asked;
  const { ImportTableDescription } = await eventually(
    () => dynamodb.describeImport({ ImportArn: begun?.ImportArn }),
    ({ ImportTableDescription: seen }) => seen?.ImportStatus !== 'IN_PROGRESS',
  );
  return ImportTableDescription as ImportTableDescription;
}

const upload = (key: string, lines: object[]) =>
  s3(`${S3Bucket}/${key}`, { method: 'PUT', body: lines.map((line) => `${JSON.stringify(line)}\n`).join('') });

const item = (id: string) => ({ Item: { id: { S: id } } });

rule('an import makes a new table with the items', async () => {
  await upload('good/1', [item('a'), item('b')]);
  const name = newName();
  deleteLater(name);
  const done = await ended(ask(name, 'good/'));
  expect(done).toMatchObject({
    ImportStatus: 'COMPLETED',
    ProcessedItemCount: 2,
    ImportedItemCount: 2,
    ErrorCount: 0,
    InputFormat: 'DYNAMODB_JSON',
  });
  expect((await dynamodb.scan({ TableName: name })).Count).toBe(2);
});

rule('a bad item makes the import FAILED, although the good ones are there', async () => {
  await upload('bad/1', [item('a'), { Item: { value: { S: 'no key' } } }]);
  const name = newName();
  deleteLater(name);
  const failed = await ended(ask(name, 'bad/'));
  expect(failed).toMatchObject({ ImportStatus: 'FAILED', ErrorCount: 1, ImportedItemCount: 1 });
  expect((await dynamodb.scan({ TableName: name })).Count).toBe(1);
});

rule('an import from a bucket that does not exist is accepted and fails', async () => {
  const failed = await ended(ask(newName(), '', { S3BucketSource: { S3Bucket: newName() } }));
  expect(failed).toMatchObject({ ImportStatus: 'FAILED', FailureCode: 'S3NoSuchBucket' });
});

rule('a table that is there is not imported to', async () => {
  const { name } = await makeTable();
  await expect(ask(name, 'good/')).rejects.toMatchObject({ name: 'ResourceInUseException' });
});

rule('an import that was never made is not found', async () => {
  const { arn } = await makeTable();
  const described = dynamodb.describeImport({ ImportArn: `${arn}/import/01768385930622-efd1a093` });
  await expect(described).rejects.toMatchObject({ name: 'ImportNotFoundException' });
});
