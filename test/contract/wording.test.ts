import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { config, dynamodb, url } from './endpoint.ts';
import { makeTable } from './made.ts';
import { rule } from './rule.ts';

/** Sends ListTables under another name, signed as that. */
function sendAs(operation: string) {
  const command = new ListTablesCommand({});
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-target'] = `DynamoDB_20120810.${operation}`;
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'another-operation' },
  );
  return dynamodb.send(command);
}

rule('an operation that does not exist is an UnknownOperationException', async () => {
  await expect(sendAs('BrewCoffee')).rejects.toMatchObject({
    name: 'UnknownOperationException',
    $metadata: { httpStatusCode: 400 },
  });
});

rule('a request that nobody signed is refused', async () => {
  const answer = await fetch(url ?? `https://dynamodb.${config.region}.amazonaws.com`, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' },
    body: '{}',
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('MissingAuthenticationToken');
});

rule("a broken constraint is said in the framework's words", async () => {
  const { name } = await makeTable();
  await expect(dynamodb.createBackup({ TableName: name, BackupName: 'ab' })).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value 'ab' at 'backupName' failed to satisfy constraint: Member must have length greater than or equal to 3",
  });
});

rule('all broken constraints are said at once', async () => {
  const broken = dynamodb.listBackups({ Limit: 0, BackupType: 'MINE' as 'USER' });
  await expect(broken).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/^2 validation errors detected: .*'limit'.*'backupType'|'backupType'.*'limit'/),
  });
});

rule('a member that is required and missing is a ValidationException', async () => {
  await expect(dynamodb.createBackup({ TableName: undefined, BackupName: 'abc' })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/tableName/i),
  });
});

rule('a value outside an enumeration is a ValidationException', async () => {
  await expect(dynamodb.listBackups({ BackupType: 'MINE' as 'USER' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

rule('a value of another type is a SerializationException', async () => {
  await expect(dynamodb.describeTable({ TableName: 5 as unknown as string })).rejects.toMatchObject({
    name: 'SerializationException',
  });
});

rule('every answer has a request id', async () => {
  const { $metadata } = await dynamodb.listTables({ Limit: 1 });
  expect($metadata.requestId).toMatch(/\S{16,}/);
});
