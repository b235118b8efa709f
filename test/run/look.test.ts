import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';
import { verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

test('while AWS lists no backups nothing is asked for again, however long ago it was', async () => {
  here = await withTables(1);
  const local = here;
  let requests = 0;
  const heal = local.aws.intercept(async ({ operation }, perform) => {
    if (operation === 'ListBackups') throw new AwsError('InternalServerError', '', 500);
    const answer = await perform();
    if (operation === 'CreateBackup' && requests++ === 0) throw new AwsError('InternalServerError', '', 500);
    return answer;
  });
  const functions = service(local);
  functions.fire('nightly');
  await local.clock.run(local.clock.now() + 600_000);
  expect(requests).toBe(1);
  heal();
  await functions.untilEnded();
  expect(await verdict(local, functions)).toMatchObject({ backups: 1, completed: 1 });
});
