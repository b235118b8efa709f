import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../events/restore-request.ts';
import { auditKey } from '../../shared/audit/memory.ts';
import { newTask, putTask } from '../../shared/task/asked.ts';
import { type Task, taskId } from '../../shared/task/task.ts';
import { done } from '../support/done.ts';
import { hub } from '../support/world.ts';
import { type ApiHere, apiHere, caller } from './here.ts';
import { backUp, plans, tableId } from './points.ts';

const path = '/restores/aws/dynamodb-tables';
const environment = '123456789012-us-east-1';
const unknown = '497f6eca-6276-8993-bfeb-53cbbbba6f08';

let here: ApiHere;
beforeEach(async () => {
  here = await apiHere({ plans });
});
afterEach(() => here.close());

/** Every setting that the document lists. */
const wholeTarget = {
  billing_mode: 'PROVISIONED',
  environment_id: environment,
  global_secondary_indexes: [
    {
      index_name: 'by-date',
      key_schema: [
        { attribute_name: 'date', key_type: 'HASH' },
        { attribute_name: 'id', key_type: 'RANGE' },
      ],
      projection: { non_key_attributes: ['total'], projection_type: 'INCLUDE' },
      provisioned_throughput: { read_capacity_units: 1, write_capacity_units: 2 },
    },
  ],
  global_table_version: '2019.11.21',
  local_secondary_indexes: [
    {
      index_name: 'by-size',
      key_schema: [{ attribute_name: 'id', key_type: 'HASH' }],
      projection: { projection_type: 'KEYS_ONLY' },
    },
  ],
  pitr_status: true,
  provisioned_throughput: { read_capacity_units: 3, write_capacity_units: 4 },
  replicas: [
    {
      global_secondary_indexes: [
        { index_name: 'by-date', provisioned_throughput_override: { read_capacity_units: 5 } },
      ],
      kms_master_key_id: 'alias/there',
      provisioned_throughput_override: { read_capacity_units: 6 },
      region_name: 'eu-central-1',
    },
  ],
  sse_specification: { kms_key_type: 'CUSTOMER_MANAGED', kms_master_key_id: 'alias/orders' },
  stream_specification: { enabled: true, view_type: 'NEW_AND_OLD_IMAGES' },
  table_class: 'STANDARD_INFREQUENT_ACCESS',
  table_name: 'orders-copy',
  tags: [{ key: 'team', value: 'shop' }],
};

describe('a restore', () => {
  test('with the whole schema of the document is asked for in our words', async () => {
    const id = await backUp(here);
    const body = { source: { securevault_backup: { backup_id: id } }, target: wholeTarget };
    const got = await here.ask(`POST ${path}`, { body });
    expect(got).toMatchObject({ status: 202, body: { _embedded: {} } });
    expect(got.headers['content-type']).toBe('application/api.clumio.restored-aws-dynamodb-tables=v1+json');
    expect(here.asked()).toMatchObject([
      {
        type: 'Restore Requested',
        detail: {
          requester: caller,
          source: { backupId: `123456789012/us-east-1/nightly/20260131T010000Z/${tableId}` },
          target: {
            tableName: 'orders-copy',
            account: '123456789012',
            region: 'us-east-1',
            billingMode: 'PROVISIONED',
            provisionedThroughput: { read: 3, write: 4 },
            globalSecondaryIndexes: [{ name: 'by-date', provisionedThroughput: { read: 1, write: 2 } }],
            localSecondaryIndexes: ['by-size'],
            pointInTimeRecovery: true,
            replicas: null,
            encryption: { type: 'CUSTOMER_MANAGED', keyArn: 'alias/orders' },
            stream: { viewType: 'NEW_AND_OLD_IMAGES' },
            tableClass: 'STANDARD_INFREQUENT_ACCESS',
            tags: { team: 'shop' },
          },
        },
      },
    ]);
  });

  test('embeds its task when asked to, which has the id that the request gives', async () => {
    const id = await backUp(here);
    const body = {
      source: { securevault_backup: { backup_id: id } },
      target: { environment_id: environment, table_name: 'copy' },
    };
    const got = await here.ask(`POST ${path}?embed=read-task`, { body, headers: { 'Idempotency-Key': 'one' } });
    expect(got.body).toMatchObject({
      _embedded: { 'read-task': { id: got.body.task_id, status: 'queued' } },
      _links: { 'read-task': { href: `/tasks/${got.body.task_id}`, templated: false, type: 'get' } },
    });
    expect((await here.ask(`POST ${path}?embed=read-table`, { body })).status).toBe(400);
  });

  test.each([
    ['an environment that is none', { environment_id: '123456789012-eu-west-1' }, 404, /There is no environment/],
    ['a backup that is none', {}, 404, /no restore point/],
  ])('to %s is %d', async (_, more, status, sentence) => {
    const id = status === 404 && !('environment_id' in more) ? unknown : await backUp(here);
    const target = { environment_id: environment, table_name: 'copy', ...more };
    const got = await here.ask(`POST ${path}`, { body: { source: { securevault_backup: { backup_id: id } }, target } });
    expect(got.status).toBe(status);
    expect(JSON.stringify(got.body)).toMatch(sentence);
  });

  test('of a table that no audit has seen has no point in time: 404', async () => {
    const source = { continuous_backup: { table_id: tableId, use_latest_restorable_time: true } };
    const got = await here.ask(`POST ${path}`, {
      body: { source, target: { environment_id: environment, table_name: 'copy' } },
    });
    expect(got.status).toBe(404);
  });

  test('whose settings contradict each other in our words is 400 in theirs', async () => {
    const id = await backUp(here);
    const target = {
      environment_id: environment,
      table_name: 'copy',
      billing_mode: 'PAY_PER_REQUEST',
      provisioned_throughput: { read_capacity_units: 3, write_capacity_units: 4 },
    };
    const got = await here.ask(`POST ${path}`, { body: { source: { securevault_backup: { backup_id: id } }, target } });
    expect(got).toMatchObject({
      status: 400,
      body: { errors: [{ error_code: 400, error_message: expect.stringContaining('target.provisioned_throughput') }] },
    });
    expect(here.asked()).toEqual([]);
  });
});

test('the same request is the same task once that is there, and another under its id is 409', async () => {
  const id = await backUp(here);
  const bodyTo = (table_name: string) => ({
    source: { securevault_backup: { backup_id: id } },
    target: { environment_id: environment, table_name },
  });
  const headers = { 'Idempotency-Key': 'one' };
  const first = await here.ask(`POST ${path}`, { body: bodyTo('copy'), headers });
  await accept();
  const again = await here.ask(`POST ${path}`, { body: bodyTo('copy'), headers });
  expect(again.body).toEqual(first.body);
  expect(here.asked()).toHaveLength(1);
  const other = await here.ask(`POST ${path}`, { body: bodyTo('another'), headers });
  expect(other).toMatchObject({ status: 409, body: { errors: [{ error_code: 409 }] } });
  expect(here.asked()).toHaveLength(1);
});

/** What the function restore writes first of a request that it takes. */
async function accept(): Promise<string> {
  const [{ detail } = { detail: {} }] = here.asked();
  const request = detail as RestoreRequest & { requestId: string };
  const id = taskId('restore', request.requestId);
  const asked = { value: request, id: 'event', source: 'tablekeep.api', isEvent: true };
  const task = newTask(here.apiWorld, asked, { id, kind: 'restore', requestId: request.requestId, request });
  await here.done(putTask(here.apiWorld, task as unknown as Task));
  return id;
}

describe('tasks', () => {
  test('are listed newest first, and read one by one', async () => {
    const id = await backUp(here);
    const target = { environment_id: environment, table_name: 'copy' };
    await here.ask(`POST ${path}`, { body: { source: { securevault_backup: { backup_id: id } }, target } });
    const task = await accept();
    const { body } = await here.ask('GET /tasks?limit=1');
    expect(body).toMatchObject({ current_count: 1, limit: 1, _embedded: { items: [{ id: task, status: 'queued' }] } });
    expect((await here.ask(`GET /tasks/${task}`)).body).toMatchObject({
      id: task,
      type: 'aws_dynamodb_table_restore',
      status: 'queued',
      end_timestamp: null,
    });
    expect((await here.ask(`GET /v1/tasks/${task}`)).body).toMatchObject({
      id: task,
      state: 'ACCEPTED',
      requester: { name: caller, kind: 'verified' },
    });
  });

  test('that is not there is 404, that is none 400, from a place that is none 400', async () => {
    expect((await here.ask('GET /tasks/restore-0123456789abcdef')).status).toBe(404);
    expect((await here.ask('GET /tasks/restore-1')).status).toBe(400);
    expect((await here.ask('GET /tasks?start=nowhere')).status).toBe(400);
  });
});

describe('what the document points to for valid values', () => {
  test('environments are the targets of the deployment', async () => {
    const { body } = await here.ask('GET /datasources/aws/environments');
    expect(body).toMatchObject({
      total_count: 1,
      _embedded: { items: [{ id: environment, connection_status: 'connected' }] },
    });
  });

  test('backups are listed, of one table too, and read', async () => {
    const id = await backUp(here);
    const one = { id, table_id: tableId, table_name: 'orders', environment_id: environment, policy_name: 'nightly' };
    expect((await here.ask('GET /backups/aws/dynamodb-tables')).body).toMatchObject({ _embedded: { items: [one] } });
    expect((await here.ask(`GET /backups/aws/dynamodb-tables?table_id=${tableId}`)).body).toMatchObject({
      total_count: 1,
    });
    expect((await here.ask(`GET /backups/aws/dynamodb-tables/${id}`)).body).toMatchObject(one);
    expect((await here.ask(`GET /backups/aws/dynamodb-tables/${unknown}`)).status).toBe(404);
  });

  test('a backup says the key of its table, so that a restore with what was read has that key', async () => {
    const facts = { itemCount: 1, read: 5, write: 5, key: '1a2b3c4d-0000-4000-8000-000000000000' };
    const id = await backUp(here, { facts });
    const sse_specification = {
      kms_key_type: 'CUSTOMER_MANAGED',
      kms_master_key_id: `arn:aws:kms:us-east-1:123456789012:key/${facts.key}`,
    };
    const { body } = await here.ask(`GET /backups/aws/dynamodb-tables/${id}`);
    expect(body).toMatchObject({ sse_specification });
    const target = { environment_id: environment, table_name: 'copy', sse_specification: body.sse_specification };
    await here.ask(`POST ${path}`, { body: { source: { securevault_backup: { backup_id: id } }, target } });
    expect(here.asked()[0]?.detail.target).toMatchObject({
      encryption: { type: 'CUSTOMER_MANAGED', keyArn: sse_specification.kms_master_key_id },
    });
  });

  test('the key that AWS manages is told from a key of the customer as far as an audit has looked at it', async () => {
    const key = '1a2b3c4d-0000-4000-8000-000000000000';
    const awsKey = `arn:aws:kms:us-east-1:123456789012:key/${key}`;
    await done(here, here.apiWorld.catalog.put({ ...auditKey(hub), awsKey }));
    const id = await backUp(here, { facts: { itemCount: 1, read: 5, write: 5, key } });
    const { body } = await here.ask(`GET /backups/aws/dynamodb-tables/${id}`);
    expect(body.sse_specification).toEqual({ kms_key_type: 'AWS_MANAGED', kms_master_key_id: awsKey });
    const target = { environment_id: environment, table_name: 'copy', sse_specification: body.sse_specification };
    await here.ask(`POST ${path}`, { body: { source: { securevault_backup: { backup_id: id } }, target } });
    expect(here.asked()[0]?.detail.target).toMatchObject({ encryption: { type: 'AWS_MANAGED' } });
  });

  test('a table that no audit has seen is 404, and a filter by an environment that is none', async () => {
    expect((await here.ask(`GET /datasources/aws/dynamodb-tables/${tableId}`)).status).toBe(404);
    const query = 'environment_id=999999999999-us-east-1';
    expect((await here.ask(`GET /datasources/aws/dynamodb-tables?${query}`)).status).toBe(404);
  });
});
