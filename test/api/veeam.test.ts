import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../events/restore-request.ts';
import { newTask, putTask } from '../../shared/task/asked.ts';
import { type Task, taskId } from '../../shared/task/task.ts';
import { type ApiHere, apiHere, caller } from './here.ts';
import { backUp, manual, plans, ran, tableId } from './points.ts';

const path = '/api/v1/dynamoDb/restorePoints';
const unknown = '497f6eca-6276-8993-bfeb-53cbbbba6f08';

let here: ApiHere;
beforeEach(async () => {
  here = await apiHere({ plans });
});
afterEach(() => here.close());

describe('the list', () => {
  test('has the parameters and the fields of the document', async () => {
    await backUp(here);
    await backUp(here, { stamp: '20260130T010000Z' });
    const query = `DynamoDbId=${tableId}&RestorePointAwsAccountId=123456789012&ResourceAwsAccountId=123456789012&Offset=0&Limit=-1&Sort=sizeAsc`;
    const got = await here.ask(`GET ${path}?${query}`, { headers: { 'x-api-version': '1.7-rev0' } });
    expect(got.status).toBe(200);
    expect(got.body).toMatchObject({ totalCount: 2 });
    expect((got.body.results as object[]).length).toBe(2);
  });

  test('is empty for the request as it stands in the document, whose ids are nobody’s', async () => {
    await backUp(here);
    const asDocumented =
      'DynamoDbId=497f6eca-6276-4993-bfeb-53cbbbba6f08&RestorePointAwsAccountId=string&ResourceAwsAccountId=string&ResourceAwsOrganizationId=string&Offset=0&Limit=-1&Sort=sizeAsc';
    const got = await here.ask(`GET ${path}?${asDocumented}`, { headers: { 'x-api-version': '1.7-rev0' } });
    expect(got).toMatchObject({ status: 200, body: { results: [], totalCount: 0 } });
  });

  test('leads from page to page by its links', async () => {
    for (const day of ['29', '30', '31']) await backUp(here, { stamp: `202601${day}T010000Z` });
    const seen: unknown[] = [];
    let href: string | undefined = `${path}?Limit=2&Sort=creationTimeUtcAsc`;
    while (href !== undefined) {
      const { body } = await here.ask(`GET ${href}`);
      seen.push(
        ...(body.results as { createTimeUtc: string }[]).map(({ createTimeUtc }) => createTimeUtc.slice(0, 10)),
      );
      href = (body._links as { rel: string; href: string }[]).find(({ rel }) => rel === 'next')?.href;
    }
    expect(seen).toEqual(['2026-01-29', '2026-01-30', '2026-01-31']);
  });

  test('another account, or two different ones, have none; a Limit of 0 is a count', async () => {
    await backUp(here);
    const none = { results: [], totalCount: 0 };
    expect((await here.ask(`GET ${path}?ResourceAwsAccountId=999999999999`)).body).toMatchObject(none);
    const two = 'ResourceAwsAccountId=123456789012&RestorePointAwsAccountId=999999999999';
    expect((await here.ask(`GET ${path}?${two}`)).body).toMatchObject(none);
    expect((await here.ask(`GET ${path}?Limit=0&DynamoDbId=${tableId}`)).body).toMatchObject({
      results: [],
      totalCount: 1,
    });
  });

  test.each([
    ['Offset=10001', /Cursor/],
    ['Offset=-1', /Offset/],
    ['Limit=-2', /Limit/],
    ['Limit=ten', /Limit/],
    ['Sort=nameAsc', /sizeAsc/],
    ['Cursor=abc', /Cursor/],
    ['DynamoDbId=orders', /uuid/],
    ['ResourceAwsAccountId=', /ResourceAwsAccountId/],
    ['ResourceAwsOrganizationId=o-exampleorgid', /organisation/],
    ['Colour=red', /no such parameter/i],
  ])('%s is refused, and says what to write', async (query, sentence) => {
    const { status, body } = await here.ask(`GET ${path}?${query}`);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toMatch(sentence);
  });

  test('an organisation is honoured where the deployment names one', async () => {
    await backUp(here);
    Object.assign(here.apiWorld.options, { organisation: 'o-exampleorgid' });
    const of = async (id: string) => (await here.ask(`GET ${path}?ResourceAwsOrganizationId=${id}`)).body.totalCount;
    expect(await of('o-other')).toBe(0);
    const { body } = await here.ask(`GET ${path}?ResourceAwsOrganizationId=o-exampleorgid`);
    expect((body.results as object[]).length).toBe(1);
  });

  test('another version than 1.7-rev0 is 400', async () => {
    expect((await here.ask(`GET ${path}`, { headers: { 'x-api-version': '1.8-rev0' } })).status).toBe(400);
  });
});

describe('one', () => {
  test('has every field of the document', async () => {
    const id = await backUp(here);
    const { status, body } = await here.ask(`GET ${path}/${id}`);
    expect(status).toBe(200);
    const fields =
      'policyName id dynamoDbId backupId name regionName regionDisplayName jobType hasManualBackup createTimeUtc completedTimeUtc status writeCapacityUnits readCapacityUnits tableClass deletionProtection pointInTimeRecovery ttlAttribute size isStandalone itemCount resourceAwsAccountId restorePointAwsAccountId encryptionKey _links';
    expect(Object.keys(body).toSorted()).toEqual(fields.split(' ').toSorted());
    expect(body).toMatchObject({ policyName: 'nightly', id, dynamoDbId: tableId, name: 'orders', size: 4096 });
  });

  test('that is not there is 404, that is no id 400', async () => {
    expect((await here.ask(`GET ${path}/${unknown}`)).status).toBe(404);
    expect((await here.ask(`GET ${path}/orders`)).status).toBe(400);
    const there = await backUp(here);
    expect((await here.ask(`GET ${path}/${there.toUpperCase()}`)).body).toMatchObject({ id: there });
    const gone = await backUp(here, { state: 'DELETED' });
    expect((await here.ask(`GET ${path}/${gone}`)).status).toBe(404);
  });
});

describe('deleting', () => {
  test('a manual one is asked of retention, in the name of the signed caller', async () => {
    const id = await backUp(here, manual);
    expect(await here.ask(`DELETE ${path}/${id}`, { headers: { 'Idempotency-Key': 'd1' } })).toMatchObject({
      status: 202,
      body: {},
    });
    expect(here.asked()).toEqual([
      {
        type: 'Delete Requested',
        detail: {
          requestId: 'd1',
          requester: caller,
          backupId: `123456789012/us-east-1/ad-hoc/${manual.stamp}/${tableId}`,
          reason: expect.any(String),
        },
      },
    ]);
  });

  test('one that is being deleted is asked for once', async () => {
    const id = await backUp(here, { ...manual, state: 'DELETING' });
    expect(await here.ask(`DELETE ${path}/${id}`)).toMatchObject({ status: 202, body: {} });
    expect(here.asked()).toEqual([]);
  });

  test.each([
    ['of a plan', {}, /belongs to the plan nightly/],
    ['that is held', { ...manual, hold: { by: 'ann', reason: 'audit', at: 0 } }, /held by ann: audit\. /],
    ['that a task needs', { ...manual, pins: new Set(['restore-1']) }, /restore-1/],
    ['that is not AVAILABLE', { ...manual, state: 'CREATING' as const }, /CREATING/],
  ])('one %s is refused with the reason', async (_, more, sentence) => {
    const id = await backUp(here, more);
    const { status, body } = await here.ask(`DELETE ${path}/${id}`);
    expect(status).toBe(409);
    expect(JSON.stringify(body)).toMatch(sentence);
    expect(here.asked()).toEqual([]);
  });
});

describe('restoring', () => {
  const toAnother = {
    restoreToOriginal: false,
    differentLocationSpecification: { name: 'orders-copy' },
    reason: 'look',
  };

  test('to a different location is asked with its words, and answers with the task', async () => {
    const id = await backUp(here);
    const differentLocationSpecification = {
      name: 'orders-copy',
      regionName: null,
      tableClass: 'StandardInfrequentAccess',
      ttlAttribute: '',
      encryptionKey: 'alias/orders',
      readCapacityUnits: 5,
      writeCapacityUnits: 6,
    };
    const body = { ...toAnother, authenticationSpecification: { iamRoleId: 'x' }, differentLocationSpecification };
    const got = await here.ask(`POST ${path}/${id}/restore`, { body });
    expect(got).toMatchObject({ status: 202, body: { taskId: expect.stringMatching(/^restore-[0-9a-f]{16}$/) } });
    expect(here.asked()).toMatchObject([
      {
        type: 'Restore Requested',
        detail: {
          requester: caller,
          reason: 'look',
          source: { backupId: `123456789012/us-east-1/nightly/20260131T010000Z/${tableId}` },
          target: {
            tableName: 'orders-copy',
            region: 'us-east-1',
            tableClass: 'STANDARD_INFREQUENT_ACCESS',
            timeToLive: null,
            encryption: { type: 'CUSTOMER_MANAGED', keyArn: 'alias/orders' },
            billingMode: 'PROVISIONED',
            provisionedThroughput: { read: 5, write: 6 },
          },
        },
      },
    ]);
  });

  test('to the original is 409 with the reason while the table lives', async () => {
    const id = await backUp(here);
    const body = {
      restoreToOriginal: true,
      authenticationSpecification: {},
      differentLocationSpecification: {},
      reason: 'string',
    };
    const got = await here.ask(`POST ${path}/${id}/restore`, { body });
    expect(got.status).toBe(409);
    expect(JSON.stringify(got.body)).toMatch(/orders lives .* never overwrites/);
    expect(here.asked()).toEqual([]);
  });

  test('to the original is asked for once a later run has not found the table any more', async () => {
    const id = await backUp(here);
    await ran(here, { stamp: '20260131T015000Z' });
    const got = await here.ask(`POST ${path}/${id}/restore`, { body: { restoreToOriginal: true } });
    expect(got.status).toBe(202);
    expect(here.asked()).toMatchObject([{ detail: { target: { tableName: 'orders', region: 'us-east-1' } } }]);
  });

  test('to the original, sent once more after the table is back, is the same task; under another id it is 409', async () => {
    const id = await backUp(here);
    await ran(here, { stamp: '20260131T015000Z' });
    const wish = { body: { restoreToOriginal: true }, headers: { 'Idempotency-Key': 'o1' } };
    const first = await here.ask(`POST ${path}/${id}/restore`, wish);
    await accept();
    await backUp(here, { stamp: '20260131T015500Z' });
    expect(await here.ask(`POST ${path}/${id}/restore`, wish)).toMatchObject({ status: 202, body: first.body });
    expect((await here.ask(`POST ${path}/${id}/restore`, { ...wish, headers: {} })).status).toBe(409);
    const other = { ...wish, body: toAnother };
    expect((await here.ask(`POST ${path}/${id}/restore`, other)).status).toBe(409);
    expect(here.asked()).toHaveLength(1);
  });

  /** What the function of restores does with what was asked for first. */
  async function accept(): Promise<void> {
    const request = here.asked()[0]?.detail as unknown as RestoreRequest & { requestId: string };
    const id = taskId('restore', request.requestId);
    const task = newTask(
      here.apiWorld,
      { value: request, id: request.requestId },
      { id, kind: 'restore', requestId: request.requestId, request },
    );
    await here.done(putTask(here.apiWorld, task as unknown as Task));
  }

  test('the same request is the same task', async () => {
    const id = await backUp(here);
    const headers = { 'Idempotency-Key': 'r1' };
    const first = await here.ask(`POST ${path}/${id}/restore`, { body: toAnother, headers });
    const again = await here.ask(`POST ${path}/${id}/restore`, { body: toAnother, headers });
    expect(again.body).toEqual(first.body);
  });

  test.each([
    ['nothing said', {}, /restoreToOriginal/],
    ['no name', { restoreToOriginal: false }, /differentLocationSpecification\.name/],
    ['an empty name', { restoreToOriginal: false, differentLocationSpecification: { name: '' } }, /name/],
    ['both', { restoreToOriginal: true, differentLocationSpecification: { name: 'orders-2' } }, /as it was/],
    [
      'half of the capacity',
      { ...toAnother, differentLocationSpecification: { name: 'orders-2', readCapacityUnits: 1 } },
      /go together/,
    ],
    [
      'no key',
      { ...toAnother, differentLocationSpecification: { name: 'orders-2', encryptionKey: 7 } },
      /encryptionKey/,
    ],
    ['replacing', { ...toAnother, overwrite: true }, /overwrite/],
  ])('%s is 400', async (_, body, sentence) => {
    const id = await backUp(here);
    const got = await here.ask(`POST ${path}/${id}/restore`, { body });
    expect(got.status).toBe(400);
    expect(JSON.stringify(got.body)).toMatch(sentence);
    expect(here.asked()).toEqual([]);
  });

  test('of one that is not there is 404, of one that is not AVAILABLE 409', async () => {
    expect((await here.ask(`POST ${path}/${unknown}/restore`, { body: toAnother })).status).toBe(404);
    const creating = await backUp(here, { state: 'CREATING' });
    expect((await here.ask(`POST ${path}/${creating}/restore`, { body: toAnother })).status).toBe(409);
  });
});
