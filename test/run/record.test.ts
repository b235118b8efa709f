import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';
import { verdict, withTables } from './nightly.ts';

let here: Local;
afterEach(() => here.close());

/** Answers of the catalog that, as answers to CreateBackup, would say that nothing was made. */
test.each(['ExpiredTokenException', 'ProvisionedThroughputExceededException', 'AccessDeniedException'])(
  'a backup that was made is not asked for again when the catalog answers %s to its record',
  async (code) => {
    here = await withTables(2);
    let refused = 0;
    here.aws.intercept(async (call, perform) => {
      const values = (call.input.ExpressionAttributeValues ?? {}) as Record<string, unknown>;
      const isRecord = ':creating' in values && ':createdAt' in values;
      if (!isRecord || refused >= 12) return perform();
      refused++;
      throw new AwsError(code, 'Not now.');
    });
    const functions = service(here);
    functions.fire('nightly');
    await functions.untilEnded();
    expect(await verdict(here, functions)).toMatchObject({ backups: 2, doubled: 0, completed: 2, failed: 0 });
    expect(refused).toBeGreaterThan(0);
  },
);
