import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ExportHere, exportHere, objectsOf, request } from './here.ts';

let here: ExportHere;
beforeEach(async () => {
  here = await exportHere();
});
afterEach(() => here.close());

describe('an export', () => {
  test('is told when AWS has begun, and when the files are there', async () => {
    here.send({ ...request, requestId: 'a' });
    await here.untilEnded();
    expect(here.thrown).toEqual([]);
    expect(here.facts.map(({ type }) => type).filter((type) => type.startsWith('Export'))).toEqual([
      'Export Started',
      'Export Completed',
    ]);
    const detail = here.factsOf('Export Completed')[0]?.detail ?? {};
    expect(detail).toMatchObject({
      table: 'orders',
      bucket: 'archive',
      prefix: 'daily/orders',
      type: 'full',
      items: 3,
    });
    expect(detail.billedBytes).toBeGreaterThan(0);
    expect(detail.seconds).toBeGreaterThanOrEqual(60);
    expect(objectsOf(here.bucket()).map(({ key }) => key)).toContain(detail.manifest);
    expect(here.lines()).toHaveLength(3);
  });

  test('has every parameter that was asked for', async () => {
    await here.pass(3_600_000);
    const until = new Date(here.clock.now() - 60_000).toISOString();
    const from = new Date(here.clock.now() - 1_900_000).toISOString();
    const inputs: Record<string, unknown>[] = [];
    here.aws.onCall(({ call }) => {
      if (call.operation === 'ExportTableToPointInTime') inputs.push(call.input);
    });
    const { source: _source, ...rest } = request;
    const tableArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';
    await here.ask({
      ...rest,
      source: { tableArn },
      type: 'incremental',
      format: 'ION',
      window: { from, until },
      view: 'NEW_IMAGE',
    });
    const filter = {
      keyCondition: '#id = :id',
      projection: 'id',
      names: { '#id': 'id' },
      values: { ':id': { S: 'item-1' } },
    };
    await here.ask({
      ...request,
      exportTime: from,
      filter,
      destination: { bucket: 'archive', encryption: { type: 'AES256' } },
    });
    await here.untilEnded(2);
    expect(here.factsOf('Export Failed')).toEqual([]);
    expect(inputs[0]).toMatchObject({
      TableArn: tableArn,
      S3Bucket: 'archive',
      S3BucketOwner: '123456789012',
      S3Prefix: 'daily/orders',
      ExportFormat: 'ION',
      ExportType: 'INCREMENTAL_EXPORT',
      IncrementalExportSpecification: {
        ExportFromTime: Math.floor(Date.parse(from) / 1000),
        ExportToTime: Math.floor(Date.parse(until) / 1000),
        ExportViewType: 'NEW_IMAGE',
      },
    });
    expect(inputs[1]).toMatchObject({
      ExportTime: Math.floor(Date.parse(from) / 1000),
      S3SseAlgorithm: 'AES256',
      FilterSpecification: {
        KeyConditionExpression: '#id = :id',
        ProjectionExpression: 'id',
        ExpressionAttributeNames: { '#id': 'id' },
        ExpressionAttributeValues: { ':id': { S: 'item-1' } },
      },
    });
    expect(inputs[1]?.ClientToken).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('that is asked for by dryRun only reads, and answers with its steps', async () => {
    const before = objectsOf(here.bucket()).length;
    const answer = await here.ask({ ...request, dryRun: true, verify: true });
    expect(answer).toMatchObject({ dryRun: true, estimate: { dollars: expect.any(Number) } });
    expect(answer.steps?.join(' ')).toMatch(
      /orders .*s3:\/\/archive\/daily\/orders\/AWSDynamoDB\/.*Read all files back/,
    );
    expect([...new Set(here.calls)].toSorted()).toEqual([
      'DescribeContinuousBackups',
      'DescribeTable',
      'ListObjectsV2',
    ]);
    expect(objectsOf(here.bucket())).toHaveLength(before);
    expect(here.facts.filter(({ type }) => type.startsWith('Export'))).toEqual([]);
  });

  test('that is asked for by an event with dryRun is planned', async () => {
    here.send({ ...request, dryRun: true });
    await here.pass(5000);
    expect(here.factsOf('Export Planned')).toHaveLength(1);
    expect(here.calls).not.toContain('ExportTableToPointInTime');
  });
});

describe('a dry run that would be refused', () => {
  const wrong = { ...request, source: { table: 'nowhere' }, dryRun: true };

  test('by event is told by an event that says that it was one', async () => {
    here.send(wrong);
    await here.pass(5000);
    expect(here.factsOf('Export Failed')[0]?.detail).toMatchObject({
      dryRun: true,
      mistakes: [{ field: 'source.table' }],
      sentence: expect.stringMatching(/would be refused.*Nothing was begun\.$/),
    });
  });

  test('by hand is answered, and told to nobody', async () => {
    expect(await here.ask(wrong)).toMatchObject({ dryRun: true, failed: expect.stringMatching(/would be refused/) });
    await here.pass(5000);
    expect(here.factsOf('Export Failed')).toEqual([]);
  });
});

describe('the same request', () => {
  const exportsMade = () => here.calls.filter((name) => name === 'ExportTableToPointInTime').length;

  test('is the same export, how often it may come', async () => {
    const first = await here.ask({ ...request, requestId: 'a' });
    here.send({ ...request, requestId: 'a' });
    const again = await here.ask({ ...request, requestId: 'a' });
    expect(again.task).toBe(first.task);
    await here.untilEnded();
    await here.ask({ ...request, requestId: 'a' });
    await here.pass(600_000);
    expect(exportsMade()).toBe(1);
    expect(here.factsOf('Export Completed')).toHaveLength(1);
  });

  test('with other content is refused, and what was asked first goes on', async () => {
    await here.ask({ ...request, requestId: 'a' });
    const answer = await here.ask({ ...request, requestId: 'a', format: 'ION' });
    expect(answer.mistakes).toMatchObject([{ field: 'requestId', remedy: 'Give a new requestId.' }]);
    await here.untilEnded(2);
    expect(exportsMade()).toBe(1);
    expect(here.factsOf('Export Completed')).toHaveLength(1);
  });
});

describe('a table without recovery', () => {
  test('is exported when the request says that it may be switched on', async () => {
    here.close();
    here = await exportHere({ withoutRecovery: true });
    await here.ask({ ...request, enablePointInTimeRecovery: true });
    await here.untilEnded();
    expect(here.factsOf('Export Failed')).toEqual([]);
    expect(here.factsOf('Export Completed')[0]?.detail).toMatchObject({ items: 3 });
    expect(here.calls.filter((name) => name === 'UpdateContinuousBackups')).toHaveLength(1);
  });
});
