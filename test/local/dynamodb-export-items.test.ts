import type { ExportTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { type Exporting, minuteMs, readExport, records, S3Bucket, startExporting, TableArn } from './exports-local.ts';
import { account } from './whole-aws.ts';

const hourMs = 60 * minuteMs;

const ask = ({ client }: Exporting, options: Partial<ExportTableToPointInTimeCommandInput> = {}) =>
  client.exportTableToPointInTime({ TableArn, S3Bucket, ...options });

test('a full export has the items of its time, whatever was written later', async () => {
  const local = await startExporting();
  await local.put('a', 'first');
  await local.put('b', 'first');
  const at = local.clock.now();
  await local.pass(1000);
  await local.put('a', 'second');
  await local.remove('b');
  await local.pass(minuteMs);
  const done = await local.exported({ ExportTime: new Date(at) });
  const items = records(local, done).map(({ Item }) => Item);
  expect(items).toHaveLength(2);
  expect(items).toEqual(
    expect.arrayContaining([
      { id: { S: 'a' }, value: { S: 'first' } },
      { id: { S: 'b' }, value: { S: 'first' } },
    ]),
  );
});

test('a window has one net record per key: from its first instant, not its last', async () => {
  const local = await startExporting();
  await local.put('updated', '0');
  await local.put('deleted', '0');
  await local.put('untouched', '0');
  await local.pass(minuteMs);
  const from = local.clock.now();
  await local.put('at the first instant', '1');
  await local.put('updated', '1');
  await local.pass(1500);
  await local.put('updated', '2');
  await local.remove('deleted');
  await local.put('came and went', '1');
  await local.pass(1000);
  await local.remove('came and went');
  const until = from + 20 * minuteMs;
  await local.clock.run(until);
  await local.put('at the last instant', '1');
  await local.put('updated', '3');
  await local.pass(1000);

  const IncrementalExportSpecification = { ExportFromTime: new Date(from), ExportToTime: new Date(until) };
  const asked = { ExportType: 'INCREMENTAL_EXPORT', IncrementalExportSpecification } as const;
  const done = await local.exported(asked);
  const { summary, files } = readExport(local, done);
  expect(summary).toMatchObject({
    version: '2023-08-01',
    exportFromTime: new Date(from).toISOString(),
    exportToTime: new Date(until).toISOString(),
    outputView: 'NEW_AND_OLD_IMAGES',
    exportType: 'INCREMENTAL_EXPORT',
    itemCount: 3,
  });
  expect(summary).not.toHaveProperty('exportTime');
  for (const { dataFileS3Key } of files) expect(dataFileS3Key).toMatch(/^AWSDynamoDB\/data\//);
  const item = (id: string, value: string) => ({ id: { S: id }, value: { S: value } });
  const written = (at: number) => ({ WriteTimestampMicros: { N: `${at}000` } });
  const keyed = (id: string) => ({ id: { S: id } });
  const changes = [
    { Metadata: written(from), Keys: keyed('at the first instant'), NewImage: item('at the first instant', '1') },
    {
      Metadata: written(from + 1500),
      Keys: keyed('updated'),
      NewImage: item('updated', '2'),
      OldImage: item('updated', '0'),
    },
    { Metadata: written(from + 1500), Keys: keyed('deleted'), OldImage: item('deleted', '0') },
  ];
  const byKey = (a: { Keys: object }, b: { Keys: object }) =>
    JSON.stringify(a.Keys) < JSON.stringify(b.Keys) ? -1 : 1;
  expect((records(local, done) as never[]).sort(byKey)).toEqual(changes.sort(byKey));

  const specification = { ...IncrementalExportSpecification, ExportViewType: 'NEW_IMAGE' } as const;
  const newOnly = await local.exported({ ...asked, IncrementalExportSpecification: specification });
  expect((records(local, newOnly) as never[]).sort(byKey)).toEqual(changes.map(({ OldImage: _, ...rest }) => rest));
});

test('windows that join apply to the same items as the table has', async () => {
  const local = await startExporting();
  for (let index = 0; index < 10; index++) await local.put(`${index}`, 'start');
  await local.pass(1000);
  const start = local.clock.now();
  const state = new Map<string, unknown>();
  for (const { Item } of records(local, await local.exported({ ExportTime: new Date(start) }))) {
    state.set((Item as unknown as { id: { S: string } }).id.S, Item);
  }
  let seed = 7;
  const chance = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let step = 0; step < 200; step++) {
    await local.pass(chance(2) === 0 ? 1000 * chance(60) : chance(30_000));
    const id = `${chance(15)}`;
    if (chance(3) === 0) await local.remove(id);
    else await local.put(id, `${step}`);
  }
  await local.clock.run(start + 3 * hourMs);
  for (let from = start; from < start + 3 * hourMs; from += 30 * minuteMs) {
    const IncrementalExportSpecification = {
      ExportFromTime: new Date(from),
      ExportToTime: new Date(from + 30 * minuteMs),
    };
    const done = await local.exported({ ExportType: 'INCREMENTAL_EXPORT', IncrementalExportSpecification });
    for (const record of records(local, done)) {
      const { Keys, NewImage } = record as unknown as { Keys: { id: { S: string } }; NewImage?: unknown };
      if (NewImage === undefined) state.delete(Keys.id.S);
      else state.set(Keys.id.S, NewImage);
    }
  }
  const living = [...local.aws.dynamodb.itemsOf({ account, region: 'us-east-1' }, 'orders').items()];
  expect(new Map(living.map((item) => [String(item.id?.S), item]))).toEqual(state);
});

test('Ion text has a line per item, with sets, decimals and binary as AWS writes them', async () => {
  const local = await startExporting();
  await local.client.putItem({
    TableName: 'orders',
    Item: {
      id: { S: 'a "b"\n\\' },
      Authors: { SS: ['x', 'y'] },
      Price: { N: '2000' },
      Ratio: { N: '-0.0125' },
      'not-plain': { NULL: true },
      Inside: { M: { list: { L: [{ N: '103' }, { BOOL: false }] }, bytes: { B: new Uint8Array([104, 105]) } } },
      Numbers: { NS: ['8.5'] },
    },
  });
  await local.pass(1000);
  const done = await local.exported({ ExportFormat: 'ION' });
  const { lines, files } = readExport(local, done);
  expect(files[0]?.dataFileS3Key).toMatch(/\.ion\.gz$/);
  expect(lines).toEqual([
    `$ion_1_0 {Item:{id:"a \\"b\\"\\n\\\\",Authors:$dynamodb_SS::["x","y"],Price:2d3,Ratio:-0.0125,'not-plain':null,` +
      'Inside:{list:[103.,false],bytes:{{aGk=}}},Numbers:$dynamodb_NS::[8.5]}}',
  ]);
});

test('a filter is of the expression language, and leaves out attributes that are not asked for', async () => {
  const local = await startExporting();
  for (let index = 0; index < 20; index++) await local.put(`item-${index}`, index % 2 === 0 ? 'even' : 'odd');
  await local.pass(1000);
  const done = await local.exported({
    FilterSpecification: {
      FilterExpression: '#v = :even AND begins_with(id, :prefix)',
      ProjectionExpression: 'id',
      ExpressionAttributeNames: { '#v': 'value' },
      ExpressionAttributeValues: { ':even': { S: 'even' }, ':prefix': { S: 'item-1' } },
    },
  });
  const ids = records(local, done).map(({ Item }) => Item);
  expect(ids).toHaveLength(5);
  expect(ids).toContainEqual({ id: { S: 'item-10' } });
  const one = await local.exported({
    FilterSpecification: {
      KeyConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': { S: 'item-3' } },
    },
  });
  expect(records(local, one)).toEqual([{ Item: { id: { S: 'item-3' }, value: { S: 'odd' } } }]);
  const unreadable = ask(local, { FilterSpecification: { FilterExpression: 'value = ' } });
  await expect(unreadable).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/^Invalid FilterExpression: Syntax error/),
  });
});
