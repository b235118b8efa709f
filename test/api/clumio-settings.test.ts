import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type Row, rows } from '../../deploy/api/settings-table.ts';
import { RestoreRequested } from '../../events/restore-request.ts';
import { restoreBody } from '../../shared/api/clumio/restore-body.ts';
import { contradictionsOf, fieldOf, settingsOf } from '../../shared/api/clumio/restore-request.ts';

const point = '01234567-89ab-8def-8123-456789abcdef';
const source = { securevault_backup: { backup_id: point } };
const target = { environment_id: '123456789012-us-east-1', table_name: 'orders-copy' };
const bodyWith = (more: object) => z.parse(restoreBody, { source, target: { ...target, ...more } });

const nameOf = ({ field, given, means }: Row) =>
  `${field} ${given === undefined ? 'absent' : JSON.stringify(given)}: ${means}`;

describe('what a setting of seed 000 means', () => {
  test.each(rows.map((row) => [nameOf(row), row] as const))('%s', (_, { given = {}, wanted }) => {
    const settings = settingsOf(bodyWith(given).target);
    expect(settings).toEqual({ tableClass: null, ...wanted });
    // The restore takes it as it is.
    const request = {
      source: { table: 'orders', latest: true },
      target: { tableName: 'orders-copy', ...settings },
      reason: 'x',
    };
    expect(z.safeParse(RestoreRequested.detail, request).success).toBe(true);
    expect(contradictionsOf(bodyWith(given))).toEqual([]);
  });
});

const wrong = (body: object) => contradictionsOf(z.parse(restoreBody, body)).map(({ field }) => field);
const table = '594d2af8-df57-46d8-b05d-20ea4264ee38';

describe('exactly one of the sources', () => {
  test.each([
    ['none', {}, ['source']],
    ['both null', { continuous_backup: null, securevault_backup: null }, ['source']],
    [
      'both',
      {
        continuous_backup: { table_id: table, use_latest_restorable_time: true },
        securevault_backup: { backup_id: point },
      },
      ['source'],
    ],
    ['a backup, the other null', { continuous_backup: null, securevault_backup: { backup_id: point } }, []],
    ['no point in time', { continuous_backup: { table_id: table } }, ['source.continuous_backup']],
    [
      'false is no point in time',
      { continuous_backup: { table_id: table, use_latest_restorable_time: false, timestamp: '' } },
      ['source.continuous_backup'],
    ],
    [
      'two points in time',
      { continuous_backup: { table_id: table, use_latest_restorable_time: true, timestamp: '2026-01-31T02:00:00Z' } },
      ['source.continuous_backup'],
    ],
    ['an instant', { continuous_backup: { table_id: table, timestamp: '2026-01-31T03:00:00+01:00', type: '' } }, []],
    [
      'another kind of point in time',
      { continuous_backup: { table_id: table, timestamp: '2026-01-31T02:00:00Z', type: 'clumio_pitr' } },
      ['source.continuous_backup.type'],
    ],
  ])('%s', (_, given, fields) => {
    expect(wrong({ source: given, target })).toEqual(fields);
  });
});

test.each([
  [{ sse_specification: { kms_key_type: 'CUSTOMER_MANAGED' } }, 'target.sse_specification.kms_master_key_id'],
  [
    { sse_specification: { kms_key_type: 'DEFAULT', kms_master_key_id: 'alias/orders' } },
    'target.sse_specification.kms_master_key_id',
  ],
  [{ stream_specification: { enabled: true } }, 'target.stream_specification.view_type'],
  [{ tags: [{ key: 'a' }, { key: 'a', value: 'b' }] }, 'target.tags'],
  [{ global_table_version: '2017.11.29' }, 'target.global_table_version'],
  [
    {
      local_secondary_indexes: [
        {
          index_name: 'by-date',
          key_schema: [{ attribute_name: 'a', key_type: 'HASH' }],
          projection: { projection_type: 'INCLUDE', non_key_attributes: [] },
        },
      ],
    },
    'target.local_secondary_indexes',
  ],
])('%j contradicts itself', (given, field) => {
  expect(wrong({ source, target: { ...target, ...given } })).toEqual([field]);
});

test('a mistake of our request is told in the words of theirs', () => {
  expect(fieldOf('target.provisionedThroughput')).toBe('target.provisioned_throughput');
  expect(fieldOf('target.encryption.keyArn')).toBe('target.sse_specification.kms_master_key_id');
  expect(fieldOf('target.globalSecondaryIndexes.0')).toBe('target.global_secondary_indexes.0');
  expect(fieldOf('source.pointInTime.at')).toBe('source.continuous_backup.timestamp');
  expect(fieldOf('requestId')).toBe('requestId');
});
