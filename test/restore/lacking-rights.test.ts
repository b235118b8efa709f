import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { type RestoreHere, reason } from './here.ts';
import { changes, close, ordersBackedUp, tablesOf } from './tables.ts';

afterEach(close);

const target = { tableName: 'orders-copy' };

describe('rights that the restoring role lacks', () => {
  const refuse = (aws: RestoreHere, operation: string) =>
    aws.aws.intercept(async (call, perform) => {
      if (call.operation !== operation) return perform();
      throw new AwsError('AccessDeniedException', `not authorized to perform: dynamodb:${operation}`);
    });

  test('to look are a mistake of the request', async () => {
    const { aws, source } = await ordersBackedUp();
    refuse(aws, 'DescribeBackup');
    const { mistakes = [] } = await aws.ask({ source, target, reason });
    expect(mistakes).toMatchObject([{ field: 'source', problem: expect.stringContaining('dynamodb:DescribeBackup') }]);
    expect(changes(aws)).toEqual([]);
  });

  test('to restore end the task, and nothing is left behind', async () => {
    const { aws, source } = await ordersBackedUp();
    refuse(aws, 'RestoreTableFromBackup');
    const answer = await aws.ask({ source, target, reason });
    expect(answer).toMatchObject({ state: 'FAILED', mistakes: [{ remedy: expect.stringContaining('that right') }] });
    await aws.untilEnded();
    expect(aws.factsOf('Restore Failed')[0]?.detail).toMatchObject({ code: 'AccessDeniedException', leftBehind: '' });
    expect(await tablesOf(aws)).toEqual(['orders']);
  });

  test('to look at the new table end the task, which says what stays', async () => {
    const { aws, source } = await ordersBackedUp();
    await aws.ask({ source, target, reason });
    refuse(aws, 'DescribeTable');
    await aws.untilEnded();
    const [told] = aws.factsOf('Restore Failed');
    expect(told?.detail.leftBehind).toMatch(/^The table orders-copy .* stays: finish it by hand/);
  });
});
