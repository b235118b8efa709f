import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { zip } from '../local/lambda-package.ts';
import { dynamodb, lambda, readerRoleArn } from './endpoint.ts';
import { afterwards, makeTable, newName, tableWithStatus } from './made.ts';
import { eventually, rule } from './rule.ts';

/** A table with a stream; the stream's ARN. */
async function makeStream(): Promise<string> {
  const { name } = await makeTable({ StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } });
  return (await tableWithStatus(name, 'ACTIVE')).LatestStreamArn ?? '';
}

async function makeFunction(Role: string): Promise<string> {
  const FunctionName = newName();
  await lambda.createFunction({
    FunctionName,
    Role,
    Handler: 'index.handler',
    Runtime: 'nodejs22.x',
    Code: { ZipFile: zip({ 'index.js': 'exports.handler = async () => {};' }) },
  });
  afterwards(() => lambda.deleteFunction({ FunctionName }));
  await eventually(
    () => lambda.getFunctionConfiguration({ FunctionName }),
    (seen) => seen.State === 'Active',
  );
  return FunctionName;
}

async function makeMapping(FunctionName: string, EventSourceArn: string) {
  const mapping = await lambda.createEventSourceMapping({
    FunctionName,
    EventSourceArn,
    StartingPosition: 'LATEST',
    BatchSize: 25,
    Enabled: false,
  });
  const { UUID = '' } = mapping;
  afterwards(() => lambda.deleteEventSourceMapping({ UUID }));
  return { ...mapping, UUID };
}

const stateOf = async (UUID: string) => (await lambda.getEventSourceMapping({ UUID })).State;

if (readerRoleArn !== undefined) {
  const role = readerRoleArn;

  rule('a mapping is found by its stream, and by its function', async () => {
    const [name, EventSourceArn] = [await makeFunction(role), await makeStream()];
    const { UUID } = await makeMapping(name, EventSourceArn);
    for (const asked of [{ EventSourceArn }, { FunctionName: name }]) {
      const { EventSourceMappings = [] } = await lambda.listEventSourceMappings(asked);
      expect(EventSourceMappings).toMatchObject([{ UUID, EventSourceArn, BatchSize: 25 }]);
      expect(EventSourceMappings[0]?.FunctionArn).toContain(`:function:${name}`);
    }
  });

  rule('a mapping that is made switched off is Disabled, and Enabled when it was switched on', async () => {
    const { UUID } = await makeMapping(await makeFunction(role), await makeStream());
    const becomes = (state: string) =>
      eventually(
        () => stateOf(UUID),
        (seen) => seen === state,
      );
    await becomes('Disabled');
    await lambda.updateEventSourceMapping({ UUID, Enabled: true, BatchSize: 30 });
    await becomes('Enabled');
    expect((await lambda.getEventSourceMapping({ UUID })).BatchSize).toBe(30);
  });

  rule('a mapping that is deleted is gone', async () => {
    const { UUID } = await makeMapping(await makeFunction(role), await makeStream());
    await eventually(
      () => stateOf(UUID),
      (seen) => seen === 'Disabled',
    );
    await lambda.deleteEventSourceMapping({ UUID });
    await eventually(
      () => stateOf(UUID).catch((error: Error) => error.name),
      (seen) => seen === 'ResourceNotFoundException',
    );
  });

  rule('a function is not mapped to the same stream twice', async () => {
    const [name, EventSourceArn] = [await makeFunction(role), await makeStream()];
    await makeMapping(name, EventSourceArn);
    await expect(makeMapping(name, EventSourceArn)).rejects.toMatchObject({ name: 'ResourceConflictException' });
  });
}

rule('a stream that nobody reads has no mappings', async () => {
  const { EventSourceMappings } = await lambda.listEventSourceMappings({ EventSourceArn: await makeStream() });
  expect(EventSourceMappings).toEqual([]);
});

rule('a mapping that does not exist is not found', async () => {
  await expect(stateOf(randomUUID())).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

rule('a function that does not exist is not mapped', async () => {
  await expect(makeMapping(newName(), await makeStream())).rejects.toMatchObject({
    name: expect.stringMatching(/^(ResourceNotFound|InvalidParameterValue)Exception$/),
  });
});

rule('a stream that is enabled again is another stream', async () => {
  const before = await makeStream();
  const name = before.split('/')[1] ?? '';
  await dynamodb.updateTable({ TableName: name, StreamSpecification: { StreamEnabled: false } });
  await tableWithStatus(name, 'ACTIVE');
  await dynamodb.updateTable({
    TableName: name,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
  });
  const { LatestStreamArn, LatestStreamLabel } = await tableWithStatus(name, 'ACTIVE');
  expect(LatestStreamArn).not.toBe(before);
  expect(LatestStreamArn).toMatch(new RegExp(`/${name}/stream/${LatestStreamLabel}$`));
});
