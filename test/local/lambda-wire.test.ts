import {
  AddPermissionCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { inProcess } from '../../local/transport.ts';
import { account, arn, region, startAt, startLambda } from './lambda-local.ts';
import { zip } from './lambda-package.ts';

async function connect() {
  const { aws, role } = await startLambda(() => null);
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const client = new LambdaClient({
    region,
    credentials,
    requestHandler: inProcess(aws) as never,
    maxAttempts: 1,
    systemClockOffset: startAt - Date.now(),
  });
  return { client, role };
}

test("the SDK's commands find their operations, by name and by ARN", async () => {
  const { client } = await connect();
  const FunctionName = arn;
  const config = await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 7 }));
  expect(config.Timeout).toBe(7);
  expect((await client.send(new PublishVersionCommand({ FunctionName }))).FunctionArn).toBe(`${arn}:1`);
  const concurrency = { FunctionName, ReservedConcurrentExecutions: 2 };
  await client.send(new PutFunctionConcurrencyCommand(concurrency));
  const found = await client.send(new GetFunctionCommand({ FunctionName: 'work' }));
  expect(found).toMatchObject({ Configuration: { Timeout: 7 }, Concurrency: { ReservedConcurrentExecutions: 2 } });

  const permission = { FunctionName, StatementId: 'one', Action: 'lambda:InvokeFunction', Principal: account };
  await client.send(new AddPermissionCommand(permission));
  expect((await client.send(new GetPolicyCommand({ FunctionName }))).Policy).toContain(`${account}:root`);
  await client.send(new RemovePermissionCommand({ FunctionName, StatementId: 'one' }));
  const noPolicy = client.send(new GetPolicyCommand({ FunctionName }));
  await expect(noPolicy).rejects.toMatchObject({ name: 'ResourceNotFoundException' });

  await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 }));
  const retries = await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
  expect(retries).toMatchObject({ FunctionArn: `${arn}:$LATEST`, MaximumRetryAttempts: 1 });

  const event = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: '{}' }));
  const version = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun', Qualifier: '1' }));
  expect([event.StatusCode, version.StatusCode]).toEqual([202, 204]);
});

test('a function is made from a zip that comes over the wire, and deleted', async () => {
  const { client, role } = await connect();
  const Code = { ZipFile: zip({ 'a.js': 'exports.handler = () => 1' }) };
  const made = { FunctionName: 'other', Role: role.arn, Handler: 'a.handler', Runtime: 'nodejs24.x' as never, Code };
  const created = await client.send(new CreateFunctionCommand(made));
  expect(created).toMatchObject({ CodeSize: Code.ZipFile.length, State: 'Active', MemorySize: 128 });
  await client.send(new DeleteFunctionCommand({ FunctionName: 'work' }));
  const { Functions } = await client.send(new ListFunctionsCommand({}));
  expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['other']);
});
