import { afterEach, expect, test } from 'vitest';
import { type ExportHere, exportHere, request } from './here.ts';

let here: ExportHere;
afterEach(() => here.close());

test('a bucket of another Region is found and read back, whatever its prefix has', async () => {
  here = await exportHere();
  const there = { region: 'eu-west-1' };
  await here.createTable('abroad', {}, there);
  await here.pass(10_000);
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await here.call('UpdateContinuousBackups', { TableName: 'abroad', PointInTimeRecoverySpecification }, there);
  await here.pass(10_000);
  await here.call('PutItem', { TableName: 'abroad', Item: { id: { S: 'a' } } }, there);
  await here.pass(1000);
  await here.ask({
    ...request,
    source: { table: 'abroad', ...there },
    destination: { bucket: 'archive', prefix: "it's (one) of=many*!".replaceAll(' ', '-') },
    verify: true,
  });
  await here.untilEnded();
  expect(here.thrown).toEqual([]);
  expect(here.factsOf('Export Failed')).toEqual([]);
  expect(here.factsOf('Export Completed')[0]?.detail).toMatchObject({
    region: 'eu-west-1',
    verification: { items: 1 },
  });
});
