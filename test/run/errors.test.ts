import { afterEach, describe, expect, test } from 'vitest';
import { AwsError, type Call, ConnectionLost, type Intercept } from '../../local/service.ts';
import { all } from '../support/done.ts';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';
import { backupsAtAws, nightly, verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

const isBackupOf =
  (table: string) =>
  ({ operation, input }: Call): boolean =>
    operation === 'CreateBackup' && input.TableName === table;

/** The first `times` calls that fit meet with this. */
function trouble(
  fits: (call: Call) => boolean,
  times: number,
  meet: (perform: () => Promise<unknown>) => Promise<unknown>,
): Intercept {
  let left = times;
  return (call, perform) => (fits(call) && left-- > 0 ? meet(perform) : perform());
}

/** A run over three tables, of which the first meets with trouble. */
async function run(intercept: Intercept, options: Parameters<typeof withTables>[1] = {}) {
  here = await withTables(3, options);
  here.aws.intercept(intercept);
  const functions = service(here);
  functions.fire('nightly');
  await functions.untilEnded();
  // Until AWS's list shows everything.
  await here.clock.run(here.clock.now() + 30_000);
  return { here, functions, verdict: await verdict(here, functions) };
}

const first = isBackupOf('orders-0000');
const refuse =
  (code: string, message = '', status = 400) =>
  () =>
    Promise.reject(new AwsError(code, message, status));

describe('one table in trouble', () => {
  test.each([
    ['is busy with another backup', 'BackupInUseException', ''],
    ['is busy', 'TableInUseException', ''],
    ['is too new', 'ContinuousBackupsUnavailableException', ''],
    [
      'meets with too many table operations',
      'LimitExceededException',
      'Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously',
    ],
    ['is throttled', 'ThrottlingException', 'Rate exceeded'],
    [
      'is throttled in the words of CreateBackup',
      'LimitExceededException',
      'Up to 50 CreateBackup operations are allowed per second, per account.',
    ],
    ['meets with an expired session', 'ExpiredTokenException', 'The security token included in the request is expired'],
    ['meets with an expired signature', 'InvalidSignatureException', 'Signature expired'],
  ])('that %s gets its backup some seconds later, and all others at once', async (_, code, message) => {
    const { verdict, functions } = await run(trouble(first, 3, refuse(code, message)));
    expect(verdict).toMatchObject({ backups: 3, doubled: 0, completed: 3, failed: 0 });
    const [last] = functions.factsOf('Run Completed');
    expect(Number(last?.detail.seconds)).toBeLessThan(150);
  });

  test.each([
    ['lost on the way there', false],
    ['lost on the way back', true],
  ])('whose request is %s gets exactly one backup', async (_, takesEffect) => {
    const lost = async (perform: () => Promise<unknown>) => {
      if (takesEffect) await perform();
      throw new ConnectionLost();
    };
    const { verdict } = await run(trouble(first, 1, lost));
    expect(verdict).toMatchObject({ backups: 3, doubled: 0, completed: 3, failed: 0 });
  });

  test.each([
    ['took effect', true],
    ['did not take effect', false],
  ])(
    'whose request was answered with 500 and %s gets exactly one backup, also when the list lags',
    async (_, takesEffect) => {
      const failing = async (perform: () => Promise<unknown>) => {
        if (takesEffect) await perform();
        throw new AwsError('InternalServerError', '', 500);
      };
      const { verdict } = await run(trouble(first, 1, failing), { dynamodb: { listLagMs: 25_000 } });
      expect(verdict).toMatchObject({ backups: 3, doubled: 0, completed: 3, failed: 0 });
    },
  );

  test.each([
    ['may not be backed up', 'AccessDeniedException', 'not authorized to perform: dynamodb:CreateBackup'],
    ['has a disabled key', 'ValidationException', 'KMS key is disabled'],
    ['is refused', 'ValidationException', 'no'],
  ])('that %s fails at once with the reason, and the others complete', async (_, code, message) => {
    const { verdict, functions } = await run(trouble(first, 1000, refuse(code, message)));
    expect(verdict).toMatchObject({ backups: 2, completed: 2, failed: 1, runs: 1 });
    const [failed] = functions.factsOf('Backup Failed');
    expect(failed?.detail).toMatchObject({ table: 'orders-0000', nextRunAt: '2026-02-01T02:00:00.000Z' });
    expect(failed?.detail.error).toContain(message);
    const [completed] = functions.factsOf('Run Completed');
    expect(completed?.detail).toMatchObject({ completed: 2, failed: 1, failedTables: ['orders-0000'] });
    expect(Number(completed?.detail.seconds)).toBeLessThan(30);
  });

  test.each([
    ['may not be described', 'AccessDeniedException', 400, 60],
    ['is not described for hours', 'InternalServerError', 500, 8000],
  ])('that %s fails with the reason, and the others complete', async (_, code, status, within) => {
    const describing = ({ operation, input }: Call) =>
      operation === 'DescribeTable' && input.TableName === 'orders-0000';
    const { verdict, functions } = await run(trouble(describing, 1_000_000, refuse(code, 'not this one', status)));
    expect(verdict).toMatchObject({ backups: 2, completed: 2, failed: 1, runs: 1 });
    const [failed] = functions.factsOf('Backup Failed');
    expect(failed?.detail).toMatchObject({ table: 'orders-0000', error: expect.stringContaining('not this one') });
    const [completed] = functions.factsOf('Run Completed');
    expect(Number(completed?.detail.seconds)).toBeLessThan(within);
  });

  test('that was deleted after it was selected is skipped', async () => {
    const { verdict, functions } = await run(trouble(first, 1, refuse('TableNotFoundException', 'gone')));
    expect(verdict).toMatchObject({ backups: 2, completed: 2, failed: 0, skipped: 1 });
    expect(functions.factsOf('Backup Skipped')[0]?.detail.table).toBe('orders-0000');
  });

  test('that is deleted in mid-run is skipped, and nobody waits for it', async () => {
    const deleting = async (perform: () => Promise<unknown>) => {
      await here?.call('DeleteTable', { TableName: 'orders-0000' });
      await new Promise<void>((wake) => here?.clock.at(here.clock.now() + 1000, wake));
      return perform();
    };
    const { verdict, functions } = await run(trouble(first, 1, deleting));
    expect(verdict).toMatchObject({ backups: 2, completed: 2, failed: 0, skipped: 1 });
    expect(Number(functions.factsOf('Run Completed')[0]?.detail.seconds)).toBeLessThan(30);
  });

  test('that is busy for ever fails at the deadline with its last error', async () => {
    const plans = { nightly: { ...nightly, deadline: '10m' } };
    const { verdict, functions } = await run(trouble(first, 1000, refuse('BackupInUseException', 'busy')), { plans });
    expect(verdict).toMatchObject({ backups: 2, completed: 2, failed: 1, runs: 1 });
    expect(functions.factsOf('Backup Failed')[0]?.detail.error).toBe('BackupInUseException: busy');
    expect(Number(functions.factsOf('Run Completed')[0]?.detail.seconds)).toBeLessThan(620);
  });

  test('whose backup never becomes AVAILABLE fails at the deadline', async () => {
    const stuck = ({ tableName }: { tableName: string }) => (tableName === 'orders-0000' ? 'stuck' : 'available');
    const plans = { nightly: { ...nightly, deadline: '10m' } };
    const { verdict, functions } = await run((_, perform) => perform(), { plans, dynamodb: { backupFate: stuck } });
    expect(verdict).toMatchObject({ backups: 3, completed: 2, failed: 1, runs: 1 });
    expect(functions.factsOf('Backup Failed')[0]?.detail.error).toMatch(/deadline/);
  });

  test('that was deleted and made anew in between is skipped, and what was taken of the new one is marked', async () => {
    here = await withTables(3);
    const before = await here.call<{ Table: { TableId: string } }>('DescribeTable', { TableName: 'orders-0000' });
    const remake = async (perform: () => Promise<unknown>) => {
      await here?.call('DeleteTable', { TableName: 'orders-0000' });
      await new Promise<void>((wake) => here?.clock.at(here.clock.now() + 1000, wake));
      await here?.createTable('orders-0000');
      await new Promise<void>((wake) => here?.clock.at(here.clock.now() + 5000, wake));
      return perform();
    };
    here.aws.intercept(trouble(first, 1, remake));
    const functions = service(here);
    functions.fire('nightly');
    await functions.untilEnded();
    expect(await verdict(here, functions)).toMatchObject({ completed: 2, skipped: 1, runs: 1 });
    const strange = (await backupsAtAws(here)).filter(({ TableName }) => TableName === 'orders-0000');
    expect(strange).toHaveLength(1);
    expect(strange[0]?.TableId).not.toBe(before.Table.TableId);
    const ledger = await ledgerOf(here);
    const marked = ledger.filter(({ isDuplicate }) => isDuplicate);
    expect(marked.map(({ backupArn, state }) => [backupArn, state])).toEqual([[strange[0]?.BackupArn, 'AVAILABLE']]);
  });

  test('with a second backup of its own name keeps the one and has the other marked', async () => {
    const twice = trouble(first, 1, async (perform) => {
      const answer = await perform();
      const [made] = await backupsAtAws(here as Local);
      await here?.call('CreateBackup', { TableName: 'orders-0000', BackupName: made?.BackupName });
      return answer;
    });
    const { verdict } = await run(twice);
    expect(verdict).toMatchObject({ completed: 3, doubled: 1 });
    const marked = (await ledgerOf(here as Local)).filter(({ isDuplicate }) => isDuplicate);
    expect(marked.map(({ state }) => state)).toEqual(['AVAILABLE']);
  });
});

async function ledgerOf(here: Local): Promise<Record<string, unknown>[]> {
  const { world } = here.world();
  return all(here, world.catalog.query({ pk: '123456789012/us-east-1#nightly', prefix: 'backup#' }));
}

describe('the whole run', () => {
  const list = ({ operation }: Call) => operation === 'ListTables';

  test('fails at once when its tables may not be listed', async () => {
    const { functions } = await run(trouble(list, 1000, refuse('AccessDeniedException', 'no')));
    expect(functions.factsOf('Run Failed').map(({ detail }) => detail.error)).toEqual(['AccessDeniedException: no']);
  });

  test('waits while AWS cannot list its tables', async () => {
    const { verdict } = await run(trouble(list, 30, refuse('InternalServerError', '', 500)));
    expect(verdict).toMatchObject({ backups: 3, completed: 3 });
  });

  test('loses no table when somebody else uses most of the quota', async () => {
    here = await withTables(120, {
      dynamodb: { rates: { CreateBackup: { perSecond: 12, burst: 5, refusal: 'LimitExceededException' } } },
    });
    const functions = service(here);
    functions.fire('nightly');
    await functions.untilEnded();
    expect(await verdict(here, functions)).toMatchObject({ backups: 120, doubled: 0, completed: 120, failed: 0 });
    expect(Number(functions.factsOf('Run Completed')[0]?.detail.throttled)).toBeGreaterThan(0);
  });

  test('ends within an hour after AWS was away for longer than its deadline', async () => {
    const plans = { nightly: { ...nightly, deadline: '1h' } };
    const away = (call: Call) => call.service === 'dynamodb' && Date.now() < awayUntil;
    here = await withTables(3, { plans });
    const awayUntil = here.clock.now() + 3 * 3_600_000;
    const functions = service(here);
    functions.fire('nightly');
    await here.clock.run(here.clock.now() + 2000);
    here.aws.intercept((call, perform) => (away(call) ? refuse('InternalServerError', '', 500)() : perform()));
    await functions.untilEnded();
    const found = await verdict(here, functions);
    expect(found.completed + found.failed).toBe(3);
    expect(functions.factsOf('Run Completed')[0]?.at).toBeLessThan(awayUntil + 3_600_000);
  });
});
