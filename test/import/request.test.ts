import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hub } from '../support/world.ts';
import { type Exported, type ImportHere, importHere, makeOrders, order } from './here.ts';

let here: ImportHere;
let full: Exported;
let window: Exported;
let next: Exported;
afterEach(() => here.close());

const minute = 60_000;

beforeEach(async () => {
  here = await importHere();
  await makeOrders(here);
  for (let n = 0; n < 5; n++) await here.put('orders', order(n));
  await here.pass(1000);
  full = await here.exportFull('orders');
  await here.pass(30 * minute);
  window = await here.exportWindow('orders', full);
  await here.pass(30 * minute);
  next = await here.exportWindow('orders', window);
  here.calls.length = 0;
});

const request = (source: object = {}, target: object = {}) => ({
  source: { bucket: 'archive', export: full.folder, ...source },
  target: { tableName: 'orders-again', ...target },
  reason: 'a test',
});

/** What was said of each field. */
async function refused(wish: object): Promise<Record<string, string>> {
  const { failed, mistakes = [] } = await here.invoke(wish);
  expect(failed).toBeDefined();
  await here.pass(60 * minute);
  expect(here.calls.filter((call) => /^(ImportTable|CreateTable|BatchWriteItem|Put)/.test(call))).toEqual([]);
  return Object.fromEntries(mistakes.map(({ field, problem, remedy }) => [field, `${problem} ${remedy}`]));
}

const at = (instant: number) => new Date(instant).toISOString();

describe('refused with its sentence, and nothing is begun:', () => {
  test('a gap between the full export and a window, by its instants', async () => {
    const said = await refused(request({ increments: [next.folder] }));
    expect(said['source.increments']).toContain(`There is a gap from ${at(full.until)} to ${at(window.until)}`);
  });

  test('windows that overlap', async () => {
    const early = await here.exportWindow('orders', window, { from: window.until - 15 * minute });
    here.calls.length = 0;
    const said = await refused(request({ increments: [window.folder, early.folder] }));
    expect(said['source.increments']).toContain(
      `There is an overlap from ${at(window.until - 15 * minute)} to ${at(window.until)}`,
    );
  });

  test('a window that is named twice', async () => {
    const said = await refused(request({ increments: [window.folder, window.folder] }));
    expect(said['source.increments']).toContain('There is an overlap');
  });

  test('a window in place of the full export, and a full export in place of a window', async () => {
    expect(await refused(request({ export: window.folder }))).toEqual({
      'source.export': expect.stringContaining('is an incremental export. Name the full export that it follows on'),
    });
    expect(await refused(request({ increments: [full.folder] }))).toEqual({
      'source.increments.0': expect.stringContaining('is a full export.'),
    });
  });

  test('windows of another table', async () => {
    await makeOrders(here, {}, 'others');
    await here.pass(1000);
    const other = await here.exportFull('others');
    await here.pass(30 * minute);
    const change = await here.exportWindow('others', other);
    here.calls.length = 0;
    const said = await refused(request({ increments: [change.folder] }));
    expect(said.source).toMatch(/is of another table \(.*table\/others, [0-9a-f-]+\) than the full export/);
  });

  test('an instant before the full export', async () => {
    const said = await refused(request({ increments: [window.folder], until: at(full.until - minute) }));
    expect(said['source.until']).toContain(`The full export is of ${at(full.until)}, which is later.`);
  });

  test('a summary that is not what its checksum says', async () => {
    edit(`${full.folder}/manifest-summary.json`, (text) => text.replace('"itemCount":5', '"itemCount":4'));
    const said = await refused(request());
    expect(said['source.export']).toContain('manifest-summary.json has the MD5');
  });

  test('a list of files that is not what its checksum says', async () => {
    edit(`${window.folder}/manifest-files.json`, (text) => text.replace('"itemCount":0', '"itemCount":1'));
    const said = await refused(request({ increments: [window.folder, next.folder] }));
    expect(said['source.increments.0']).toContain('manifest-files.json has the MD5');
  });

  test('an export that is not there', async () => {
    const said = await refused(request({ export: 'orders/AWSDynamoDB/01700000000000-00000000' }));
    expect(said['source.export']).toContain(
      'There is no s3://archive/orders/AWSDynamoDB/01700000000000-00000000/manifest-summary.json.',
    );
  });

  test('a copy of an export, whose files are elsewhere', async () => {
    const folder = full.folder.replace('orders/', 'copied/');
    const names = ['manifest-summary.json', 'manifest-summary.md5', 'manifest-files.json', 'manifest-files.md5'];
    for (const name of names) copy(`${full.folder}/${name}`, `${folder}/${name}`);
    const said = await refused(request({ export: folder }));
    expect(said['source.export']).toContain('is a copy');
  });

  describe('a full export whose folder is not as its list of files says:', () => {
    const dataFile = () => {
      const line = text(`${full.folder}/manifest-files.json`)
        .split('\n')
        .find((one) => !one.includes('"itemCount":0'));
      return String(JSON.parse(line ?? '').dataFileS3Key);
    };

    test('a file is missing', async () => {
      here.bucket().objects.delete(dataFile());
      const said = await refused(request());
      expect(said['source.export']).toContain(`The file ${dataFile()} is missing.`);
    });

    test('a file was written over', async () => {
      await putObject(dataFile(), text(dataFile()).slice(1));
      const said = await refused(request());
      expect(said['source.export']).toMatch(/has the MD5 \S+, and \S+ is expected\./);
    });

    test('but not when it was only encrypted anew, which changes its ETag', async () => {
      await putObject(dataFile(), text(dataFile()));
      expect(await here.invoke(request())).toMatchObject({ state: 'IMPORTING' });
    });

    test('there is one more, which AWS would import', async () => {
      await putObject(`${full.folder}/data/mine.json.gz`, 'x');
      const said = await refused(request());
      expect(said['source.export']).toContain(
        `${full.folder}/data/mine.json.gz is not in the list of files, and AWS would import it.`,
      );
    });
  });

  test('a table that has the name', async () => {
    const said = await refused(request({}, { tableName: 'orders' }));
    expect(said['target.tableName']).toMatch(
      /There is a table orders in 123456789012\/us-east-1 \(.*, ACTIVE\); an import never overwrites\./,
    );
  });

  test('a bucket that the deployment does not name, with how to allow it', async () => {
    const said = await refused(request({ bucket: 'anybodys' }));
    expect(said['source.bucket']).toBe(
      'The deployment lets imports be read from archive, theirs only, not from anybodys. Allow it: deploy with --param="exportBuckets=archive=123456789012,theirs=210987654321,anybodys=<its owner\'s account>".',
    );
  });

  test('a bucket that belongs to another account than the deployment says', async () => {
    const said = await refused(request({ bucket: 'theirs' }));
    expect(said['source.bucket']).toContain('The bucket theirs belongs to another account than 210987654321');
  });

  test('an account that is none of the deployment', async () => {
    const said = await refused(request({}, { account: '999999999999' }));
    expect(said['target.account']).toContain('The deployment knows only 123456789012, not 999999999999.');
  });

  test('keys that nobody knows, when the table is gone and was never captured', async () => {
    await here.done(here.call('DeleteTable', { TableName: 'orders' }));
    await here.pass(minute);
    const said = await refused(request());
    expect(said['target.partitionKey']).toContain('Give partitionKey, sortKey if it had one');
  });

  test('keys that are not those of the records', async () => {
    const target = { partitionKey: { name: 'n', type: 'N' } };
    const said = await refused(request({ increments: [window.folder] }, target));
    expect(said['target.partitionKey']).toContain('The table had the key id, and the increments name items by it.');
  });

  test('a key that is not there', async () => {
    const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000';
    const said = await refused(request({}, { encryption: { type: 'CUSTOMER_MANAGED', keyArn } }));
    expect(said['target.encryption.keyArn']).toContain(`There is no key ${keyArn}.`);
  });

  test('two requests with one id and different content', async () => {
    await here.invoke({ ...request(), requestId: 'a', dryRun: false });
    const { mistakes } = await here.invoke({ ...request({}, { tableName: 'others' }), requestId: 'a' });
    expect(mistakes?.[0]?.problem).toMatch(/^An import with this id was asked for before, with other content/);
  });

  test.each([
    ['source.export', { source: { bucket: 'archive', export: 'orders' } }],
    ['source.increments', { source: { bucket: 'archive', export: 'a/chain/1-a', increments: ['AWSDynamoDB/2-a'] } }],
    ['source.until', { source: { bucket: 'archive', export: 'AWSDynamoDB/1-a', until: '2026-01-31T03:00:00Z' } }],
    ['target.tableName', { target: { tableName: 'a' } }],
    ['target.sortKey', { target: { tableName: 'orders-again', sortKey: { name: 'a', type: 'S' } } }],
    ['target.partitionKey.type', { target: { tableName: 'orders-again', partitionKey: { name: 'a', type: 'BOOL' } } }],
    ['target.provisionedThroughput', { target: { tableName: 'orders-again', billingMode: 'PROVISIONED' } }],
    ['overwrite', { overwrite: true }],
  ])('%s when it is wrong by itself', async (field, wrong) => {
    expect(Object.keys(await refused({ ...request(), ...wrong }))).toContain(field);
  });
});

test('a dry run answers with what would be done, and begins nothing', async () => {
  const answer = await here.invoke({ ...request({ increments: [next.folder, window.folder] }), dryRun: true });
  expect(answer).toEqual({
    dryRun: true,
    steps: [
      'Wait for one of 50 places in 123456789012/us-east-1.',
      'ImportTable: make orders-again in 123456789012/us-east-1 from 5 items.',
      'Keep other writers out by a policy of the table.',
      'Apply 2 windows in order, 0 records.',
      'Count all items.',
      'Let others write.',
    ],
    notices: [
      `The table becomes what orders was at ${at(next.until)}.`,
      'The settings of that table were never captured: the new one has what the request says.',
    ],
  });
  await here.pass(60 * minute);
  expect(here.calls).not.toContain('ImportTable');
  expect(here.facts.filter(({ type }) => type.startsWith('Import'))).toEqual([]);
});

test('by an event, a dry run is answered by one', async () => {
  here.send({ ...request(), dryRun: true });
  await here.pass(minute);
  expect(here.factsOf('Import Planned')[0]?.detail).toMatchObject({ table: 'orders-again', windows: 0 });
});

const text = (key: string): string => Buffer.from(here.bucket().objects.get(key)?.body ?? '').toString('latin1');

async function putObject(Key: string, body: string): Promise<void> {
  const input = { Bucket: 'archive', Key, Body: Buffer.from(body, 'latin1') };
  await here.aws.core.call({
    service: 's3',
    operation: 'PutObject',
    input,
    caller: here.iam.caller(hub.account),
    ...hub,
  });
  here.calls.length = 0;
}

function edit(key: string, change: (text: string) => string): void {
  const object = here.bucket().objects.get(key);
  if (object === undefined) throw new Error(`no ${key}`);
  const text = new TextDecoder().decode(object.body);
  if (change(text) === text) throw new Error('nothing was changed');
  object.body = new TextEncoder().encode(change(text));
}

function copy(from: string, to: string): void {
  const object = here.bucket().objects.get(from);
  if (object === undefined) throw new Error(`no ${from}`);
  here.bucket().objects.set(to, { ...object, key: to });
}
