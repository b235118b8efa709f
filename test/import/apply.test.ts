import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { type Exported, type ImportHere, importHere, makeOrders, order } from './here.ts';

let here: ImportHere;
afterEach(() => here.close());

const hour = 3_600_000;
const minute = 60_000;

async function fullAndWindow(): Promise<{ full: Exported; window: Exported }> {
  await makeOrders(here);
  for (let n = 0; n < 6; n++) await here.put('orders', order(n));
  await here.pass(1000);
  const full = await here.exportFull('orders');
  for (let n = 3; n < 9; n++) await here.put('orders', order(n, { round: { N: '1' } }));
  await here.remove('orders', { id: { S: 'order-0' } });
  await here.pass(hour);
  return { full, window: await here.exportWindow('orders', full) };
}

const send = (full: Exported, windows: Exported[]) =>
  here.send({
    source: { bucket: 'archive', export: full.folder, increments: windows.map(({ folder }) => folder) },
    target: { tableName: 'orders-again' },
    reason: 'a test',
  });

/** Changes the first data file of an export that has a line. */
function editData(exported: Exported, change: (text: string) => Uint8Array): void {
  const { objects } = here.bucket();
  const list = new TextDecoder().decode(objects.get(`${exported.folder}/manifest-files.json`)?.body);
  for (const line of list.split('\n').filter((one) => one !== '')) {
    const object = objects.get(JSON.parse(line).dataFileS3Key);
    const text = gunzipSync(object?.body ?? new Uint8Array()).toString();
    if (object === undefined || text === '') continue;
    object.body = change(text);
    return;
  }
}

describe('other writers', () => {
  const stranger = 'arn:aws:iam::123456789012:role/app';

  /** As a role that may do everything. */
  async function writeAs(operation: string, input: object): Promise<string> {
    const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };
    here.iam.putRole({ account: '123456789012', name: 'app', trust, policies: { all } } as never);
    const caller = { account: '123456789012', principalArn: stranger, arn: stranger };
    const call = { service: 'dynamodb', operation, input: { TableName: 'orders-again', ...input }, caller };
    try {
      await here.done(here.aws.core.call({ ...call, account: '123456789012', region: 'us-east-1' } as never));
      return 'allowed';
    } catch (error) {
      return error instanceof AwsError ? error.code : String(error);
    }
  }

  test('are refused by the table itself until everything is there, readers are not, and afterwards nobody is', async () => {
    here = await importHere({ dynamodb: { importMs: () => minute } });
    const { full, window } = await fullAndWindow();
    const seen: string[] = [];
    let isOver = false;
    here.aws.intercept(async (call, perform) => {
      const answer = await perform();
      if (call.operation !== 'BatchWriteItem' || isOver) return answer;
      isOver = true;
      const Item = { id: { S: 'mine' } };
      const write = { RequestItems: { 'orders-again': [{ PutRequest: { Item } }] } };
      void Promise.all([
        writeAs('PutItem', { Item }),
        writeAs('DeleteItem', { Key: Item }),
        writeAs('UpdateItem', { Key: Item }),
        writeAs('BatchWriteItem', write),
        writeAs('GetItem', { Key: Item }),
      ]).then((all) => seen.push(...all));
      return answer;
    });
    send(full, [window]);
    await here.untilEnded();
    const denied = 'AccessDeniedException';
    expect(seen).toEqual([denied, denied, denied, denied, 'allowed']);
    expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({ isAsExpected: true, items: 8 });
    expect(await writeAs('PutItem', { Item: { id: { S: 'mine' } } })).toBe('allowed');
  });

  test('who exchanged the policy meanwhile are left alone, and it is told', async () => {
    here = await importHere();
    const { full, window } = await fullAndWindow();
    const theirs = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem', Resource: '*' }],
    });
    here.aws.intercept(async (call, perform) => {
      const answer = await perform();
      if (call.operation === 'Scan') {
        const ResourceArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders-again';
        await here.call('PutResourcePolicy', { ResourceArn, Policy: theirs });
      }
      return answer;
    });
    send(full, [window]);
    await here.untilEnded();
    expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({
      isAsExpected: false,
      differences: ['somebody exchanged its policy, which was not touched'],
      sentence: expect.stringMatching(/^NOT AS EXPECTED: somebody exchanged its policy/),
    });
  });

  test('who gave the table a policy while it was being made end the import: nobody could be kept out', async () => {
    here = await importHere();
    const { full, window } = await fullAndWindow();
    send(full, [window]);
    await here.pass(30_000);
    const ResourceArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders-again';
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem', Resource: ResourceArn }];
    await here.call('PutResourcePolicy', { ResourceArn, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    await here.untilEnded();
    expect(here.factsOf('Import Failed')[0]?.detail).toMatchObject({ code: 'PolicyThere' });
    expect(here.calls).not.toContain('BatchWriteItem');
  });
});

describe('a data file that is not as its manifest says ends the import, and the table stays closed:', () => {
  test.each<[string, (text: string) => Uint8Array, RegExp]>([
    ['other bytes', (text) => gzipSync(text.replaceAll('"1"', '"2"')), /has the MD5 .*, and .* is expected\./],
    ['no gzip', () => new TextEncoder().encode('{}'), /cannot be decompressed\./],
    [
      'no record',
      (text) => gzipSync(text.replaceAll('"Keys"', '"Kees"')),
      /line 1, cannot be read: There are no Keys\./,
    ],
  ])('%s', async (_, change, problem) => {
    here = await importHere();
    const { full, window } = await fullAndWindow();
    editData(window, change);
    send(full, [window]);
    await here.untilEnded();
    const [failed] = here.factsOf('Import Failed');
    expect(failed?.detail).toMatchObject({
      code: 'NotAsExpected',
      mistakes: [{ field: 'source', problem: expect.stringMatching(problem) }],
      leftBehind: expect.stringMatching(/stays, unfinished: .*Its policy keeps everybody else from writing\.$/),
    });
    expect(here.calls).not.toContain('DeleteResourcePolicy');
  });
});

test.each(['elsewhere/data/a.json.gz', 'orders/AWSDynamoDB/../../elsewhere/a.json.gz'])(
  'a list of files that names %s, which is of no export of that folder, ends the import',
  async (elsewhere) => {
    here = await importHere();
    const { full, window } = await fullAndWindow();
    const { objects } = here.bucket();
    const [list, sum] = ['json', 'md5'].map((type) => objects.get(`${window.folder}/manifest-files.${type}`));
    const [, key = ''] = /"dataFileS3Key":"([^"]*)"/.exec(new TextDecoder().decode(list?.body)) ?? [];
    const object = objects.get(key);
    if (list === undefined || sum === undefined || object === undefined) throw new Error('no list');
    objects.set(elsewhere, { ...object, key: elsewhere });
    list.body = new TextEncoder().encode(new TextDecoder().decode(list.body).replace(key, elsewhere));
    sum.body = new TextEncoder().encode(createHash('md5').update(list.body).digest('base64'));
    send(full, [window]);
    await here.untilEnded();
    expect(here.factsOf('Import Failed')[0]?.detail).toMatchObject({
      code: 'NotAsExpected',
      mistakes: [{ problem: expect.stringContaining(`${elsewhere} is no file of this export.`) }],
    });
  },
);

test('a count that is not what the files say is told, not hidden', async () => {
  here = await importHere();
  const { full, window } = await fullAndWindow();
  let isFirst = true;
  here.aws.intercept(async (call, perform) => {
    if (call.operation === 'Scan' && isFirst) {
      isFirst = false;
      await here.call('DeleteItem', { TableName: 'orders-again', Key: { id: { S: 'order-5' } } });
    }
    return perform();
  });
  send(full, [window]);
  await here.untilEnded();
  expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({
    items: 7,
    itemsExpected: 8,
    isAsExpected: false,
    sentence: expect.stringMatching(/^NOT AS EXPECTED: the table has 7 items, and the files say 8\./),
  });
});

test('what DynamoDB does not take at once, or throttles, is written again', async () => {
  here = await importHere();
  const { full, window } = await fullAndWindow();
  let calls = 0;
  here.aws.intercept(async (call, perform) => {
    if (call.operation !== 'BatchWriteItem') return perform();
    calls++;
    if (calls === 1) throw new AwsError('ProvisionedThroughputExceededException', 'slower');
    if (calls > 2) return perform();
    const [name, requests] = Object.entries(call.input.RequestItems as Record<string, unknown[]>)[0] ?? ['', []];
    const [left, ...taken] = requests;
    call.input.RequestItems = { [name]: taken };
    const answer = taken.length === 0 ? {} : ((await perform()) as object);
    return { ...answer, UnprocessedItems: { [name]: [left] } };
  });
  send(full, [window]);
  await here.untilEnded();
  expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({ isAsExpected: true });
  expect(await here.items('orders-again')).toEqual(await here.items('orders'));
});

test('a write without an answer may arrive late: the next window begins when it cannot any more', async () => {
  here = await importHere();
  const { full, window } = await fullAndWindow();
  for (let n = 3; n < 9; n++) await here.put('orders', order(n, { round: { N: '2' } }));
  await here.pass(hour);
  const next = await here.exportWindow('orders', window);
  let isFirst = true;
  here.aws.intercept(async (call, perform) => {
    if (call.operation !== 'BatchWriteItem' || !isFirst) return perform();
    isFirst = false;
    // Held up on its way for four minutes, while the client gave it up after ten seconds.
    await new Promise<void>((arrives) => here.clock.at(here.clock.now() + 4 * minute, () => arrives()));
    return perform();
  });
  send(full, [window, next]);
  await here.untilEnded();
  await here.pass(10 * minute);
  expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({ isAsExpected: true });
  expect(await here.items('orders-again')).toEqual(await here.items('orders'));
});

test('a table that somebody deletes and makes anew meanwhile is not touched', async () => {
  here = await importHere();
  const { full, window } = await fullAndWindow();
  const later = (ms: number) => new Promise<void>((come) => here.clock.at(here.clock.now() + ms, () => come()));
  here.aws.intercept(async (call, perform) => {
    const answer = await perform();
    if (call.operation === 'PutResourcePolicy') {
      await here.call('DeleteTable', { TableName: 'orders-again' });
      await later(100);
      await here.createTable('orders-again');
      await later(100);
    }
    return answer;
  });
  send(full, [window]);
  await here.untilEnded();
  expect(here.factsOf('Import Failed')[0]?.detail).toMatchObject({ code: 'TableReplaced' });
  expect(await here.items('orders-again')).toEqual([]);
});

test('of two drivers one goes on, and the table is written once', async () => {
  here = await importHere();
  const { full, window } = await fullAndWindow();
  send(full, [window]);
  send(full, [window]);
  await here.untilEnded();
  await here.pass(10 * minute);
  expect(here.calls.filter((call) => call === 'ImportTable')).toHaveLength(1);
  expect(new Set(here.factsOf('Import Completed').map(({ detail }) => detail.id)).size).toBe(1);
  expect(await here.items('orders-again')).toEqual(await here.items('orders'));
});
