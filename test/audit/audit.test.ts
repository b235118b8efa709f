import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { inProcess } from '../../local/transport.ts';
import { audit } from '../../shared/audit/audit.ts';
import { auditKey, type Memory } from '../../shared/audit/memory.ts';
import { auditDoor, runAudit } from '../../shared/audit/trigger.ts';
import { receive } from '../../shared/door.ts';
import { backupItem } from '../../shared/ledger.ts';
import { want } from '../../shared/retention/lease.ts';
import { aPlan, hub, type Surroundings, surroundings } from '../retention/surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const look = (world = here.world) => here.run(audit(world, hub, here.invocation()));
const send = (event: unknown, world = here.world) =>
  here.run(runAudit(world)(receive(auditDoor, event), here.invocation()));

describe('customer keys', () => {
  async function begin() {
    here = await surroundings('2026-01-01T00:00Z');
    const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
    const requestHandler = inProcess(here.aws) as unknown as Record<string, unknown>;
    const kms = new KMSClient({ region: hub.region, credentials, requestHandler });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn ?? '';
    await here.table('secrets', { keyArn: KeyId });
    await here.table('plain');
    return { kms, KeyId };
  }

  test('the key that AWS manages in a Region is known by then, and no customer key is taken for it', async () => {
    const { KeyId } = await begin();
    await here.table('theirs', { keyArn: 'alias/aws/dynamodb' });
    await look();
    const { awsKey } = (await here.run(here.world.catalog.get(auditKey(hub)))) as Memory;
    expect(awsKey).toMatch(/^arn:aws:kms:us-east-1:123456789012:key\//);
    expect(awsKey).not.toBe(KeyId);
  });

  test('a table whose key is disabled is at risk: told once, and again when it happens again', async () => {
    const { kms, KeyId } = await begin();
    await look();
    expect(here.told('Backup At Risk')).toEqual([]);
    await kms.send(new DisableKeyCommand({ KeyId }));
    await look();
    await look();
    expect(here.told('Backup At Risk')).toMatchObject([{ table: 'secrets', keyArn: KeyId, keyState: 'Disabled' }]);
    await kms.send(new EnableKeyCommand({ KeyId }));
    await look();
    await kms.send(new DisableKeyCommand({ KeyId }));
    await look();
    expect(here.told('Backup At Risk')).toHaveLength(2);
    expect(here.told('Protection Changed')).toMatchObject([
      { atRisk: { count: 1, named: ['secrets'] } },
      { atRisk: { count: 1 } },
    ]);
  });

  test('a key that is about to be deleted is a change of its own, with the day', async () => {
    const { kms, KeyId } = await begin();
    await kms.send(new DisableKeyCommand({ KeyId }));
    await look();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await look();
    const [, told] = here.told('Backup At Risk');
    expect(told).toMatchObject({ keyState: 'PendingDeletion' });
    expect(String(told?.deletionAt).slice(0, 10)).toBe('2026-01-08');
  });

  test('a key that is deleted is told of, too, and the audit goes on', async () => {
    const { kms, KeyId } = await begin();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await here.pass('2026-01-09T00:00Z');
    await look();
    await look();
    expect(here.told('Backup At Risk')).toMatchObject([
      { table: 'secrets', keyState: 'Deleted', sentence: expect.stringMatching(/can be read or restored any more\.$/) },
    ]);
    expect(here.told('Protection Report')).toHaveLength(1);
  });
});

describe('dead letters', () => {
  test('each is told with what it was, and removed', async () => {
    here = await surroundings('2026-01-01T00:00Z');
    const scheduled = {
      ERROR_CODE: 'AWS.Scheduler.InternalServerError',
      ERROR_MESSAGE: 'Internal',
      SCHEDULE_ARN: 'arn:nightly',
    };
    await here.deadLetter('{"plan":"nightly"}', scheduled);
    for (let index = 0; index < 14; index++) await here.deadLetter(`{"detail-type":"Run Completed","n":${index}}`);
    expect(await send({})).toMatchObject({ deadLetters: 15 });
    const told = here.told('Delivery Failed');
    expect(told).toHaveLength(15);
    expect(told.find(({ error }) => String(error).includes('Scheduler'))).toMatchObject({
      error: 'AWS.Scheduler.InternalServerError: Internal',
      deadLetter: '{"plan":"nightly"}',
      sentence: expect.stringContaining('from arn:nightly'),
    });
    expect(here.told('Dead Letters Found')).toMatchObject([{ count: 15 }]);
    expect(here.told('Dead Letters Found')[0]?.named).toHaveLength(10);
    expect(here.told('Dead Letters Found')[0]?.sentence).toContain('15 events or firings could not be delivered');
    await here.pass(here.clock.now() + 600_000);
    expect(await send({})).toMatchObject({ deadLetters: 0 });
    expect(here.told('Dead Letters Found')).toHaveLength(1);
  });

  test('one that is longer than an event may be is told shortened', async () => {
    here = await surroundings('2026-01-01T00:00Z');
    await here.deadLetter('x'.repeat(200_000));
    await send({});
    expect(String(here.told('Delivery Failed')[0]?.deadLetter)).toHaveLength(90_000);
  });

  test('one that cannot be told stays in the queue', async () => {
    here = await surroundings('2026-01-01T00:00Z');
    await here.deadLetter('{}');
    const takeAway = here.aws.intercept(async (call, perform) => {
      if (call.operation === 'PutEvents') return { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] };
      return perform();
    });
    await expect(send({})).rejects.toThrow(/not taken by the bus/);
    takeAway();
    expect(here.told('Dead Letters Found')).toEqual([]);
    await here.pass(here.clock.now() + 600_000);
    expect(await send({})).toMatchObject({ deadLetters: 1 });
  });
});

describe('the daily report', () => {
  test('says once a day how every table of a target stands, and what the day brought', async () => {
    here = await surroundings('2026-01-01T00:00Z', [aPlan({ rpo: '26h', tables: { include: ['shop-*'] } })]);
    for (const name of ['shop-orders', 'shop-users', 'shop-new', 'logs']) await here.table(name);
    await here.table('shop-skipped', { Tags: [{ Key: 'tablekeep:skip', Value: 'true' }] });
    await here.backUpAll('2026-01-01T02:00Z', ['shop-orders', 'shop-users'], {
      endedAt: Date.parse('2026-01-01T02:00Z'),
    });
    await here.backUpAll('2026-01-02T02:00Z', ['shop-users'], { endedAt: Date.parse('2026-01-02T02:00Z') });
    await here.backUpAll('2026-01-02T02:30Z', ['shop-orders'], {
      state: 'FAILED',
      backupArn: 'arn:x',
      endedAt: Date.parse('2026-01-02T02:30Z'),
    });
    await here.pass('2026-01-02T06:00Z');
    await look();
    await here.pass('2026-01-02T07:00Z');
    await look();
    expect(here.told('Protection Report')).toMatchObject([
      {
        tables: 5,
        protected: 1,
        overdue: 1,
        waiting: 1,
        inNoPlan: 1,
        optedOut: 1,
        oldest: { table: 'shop-orders', plan: 'nightly', newestAt: '2026-01-01T02:00:00.000Z' },
        completedToday: 1,
        failedToday: 1,
        deletedToday: 0,
        plansNotDeployed: [],
      },
    ]);
    await here.pass('2026-01-03T00:30Z');
    await look();
    expect(here.told('Protection Report')).toHaveLength(2);
  });

  test('names a plan that is not deployed any more, as long as backups of it are left', async () => {
    here = await surroundings('2026-01-01T00:00Z');
    await here.table('orders');
    const [backup] = await here.backUpAll('2026-01-01T02:00Z', ['orders']);
    await look();
    const without = here.deploy(aPlan({}, 'weekly'));
    await here.pass('2026-01-02T02:00Z');
    await look(without);
    const [, told] = here.told('Protection Report');
    expect(told).toMatchObject({
      plansNotDeployed: ['nightly'],
      sentence: expect.stringContaining('backups that stay: nightly'),
    });
    if (backup) await here.world.catalog.put(backupItem({ ...backup, state: 'DELETED' }));
    await here.pass('2026-01-03T02:00Z');
    await look(without);
    expect(here.told('Protection Report')[2]).toMatchObject({ plansNotDeployed: [] });
  });

  test('names a target that no plan has any more, as long as backups are left there', async () => {
    const both = aPlan({ targets: [{ regions: ['us-east-1', 'eu-west-1'] }] });
    here = await surroundings('2026-01-01T00:00Z', [both]);
    const elsewhere = { account: hub.account, region: 'eu-west-1' };
    await look();
    await here.run(audit(here.world, elsewhere, here.invocation()));
    const stamp = '20260101T020000Z';
    const backup = { target: elsewhere, plan: 'nightly', stamp, tableId: 'id', tableName: 'orders', attempt: 1 };
    await here.world.catalog.put(backupItem({ ...backup, state: 'AVAILABLE', backupArn: 'arn:aws:dynamodb:…' }));
    const without = here.deploy(aPlan());
    await here.pass('2026-01-02T02:00Z');
    await look(without);
    expect(here.told('Protection Report').at(-1)).toMatchObject({
      targetsNotDeployed: ['123456789012/eu-west-1'],
      sentence: expect.stringContaining('In no plan any more, but with backups that stay: 123456789012/eu-west-1.'),
    });
    await here.pass('2026-01-03T02:00Z');
    await look(here.deploy(both));
    expect(here.told('Protection Report').at(-1)).toMatchObject({ targetsNotDeployed: [] });
    await here.world.catalog.put(backupItem({ ...backup, state: 'DELETED' }));
    await here.pass('2026-01-04T02:00Z');
    await look(without);
    expect(here.told('Protection Report').at(-1)).toMatchObject({ targetsNotDeployed: [] });
  });

  test('the catalog is not among the tables', async () => {
    here = await surroundings('2026-01-01T00:00Z');
    await look();
    expect(here.told('Protection Report')).toMatchObject([{ tables: 0, inNoPlan: 0 }]);
  });
});

describe('what starts it', () => {
  test('with one target, the hour audits it at once', async () => {
    here = await surroundings('2026-01-01T00:00Z');
    expect(await send({})).toMatchObject({ audited: ['123456789012/us-east-1'], due: [] });
    expect(await here.world.catalog.due(here.clock.now() + 86_400_000, 10)).toEqual([]);
  });

  test('with several, each becomes due and is audited on its own', async () => {
    here = await surroundings('2026-01-01T00:00Z', [aPlan({ targets: [{ regions: ['us-east-1', 'eu-west-1'] }] })]);
    await send({});
    const due = await here.world.catalog.due(here.clock.now(), 10);
    expect(due.map(({ pk }) => pk).sort()).toEqual(['audit#123456789012/eu-west-1', 'audit#123456789012/us-east-1']);
    for (const { pk, sk } of due) await send(workDue(`${pk}|${sk}`));
    expect(
      here
        .told('Protection Report')
        .map(({ region }) => region)
        .sort(),
    ).toEqual(['eu-west-1', 'us-east-1']);
    expect(await here.world.catalog.due(here.clock.now() + 86_400_000, 10)).toEqual([]);
  });

  test('an audit that AWS refuses throws, so that somebody is told, and is not due every minute', async () => {
    here = await surroundings('2026-01-01T00:00Z');
    here.aws.intercept(async (call, perform) => {
      if (call.operation === 'ListTables') throw new AwsError('AccessDeniedException', 'not authorized');
      return perform();
    });
    await expect(send({})).rejects.toThrow('not authorized');
    expect(await here.world.catalog.due(here.clock.now() + 86_400_000, 10)).toEqual([]);
  });

  test.each([
    ['wanted', true],
    ['due', false],
  ])(
    'an audit that is %s and that AWS refuses for days throws as often as Lambda invokes it, but once a day, and again after it was well',
    async (_, isWanted) => {
      here = await surroundings('2026-01-01T00:00Z');
      let isRefused = true;
      here.aws.intercept(async (call, perform) => {
        if (isRefused && call.operation === 'ListTables') throw new AwsError('AccessDeniedException', 'not authorized');
        return perform();
      });
      /** As Lambda does: twice again, under the same id, a minute and two later. */
      const isTold = async () => {
        const invocation = here.invocation();
        if (!isWanted) await want(here.world, auditKey(hub));
        for (const minutes of [1, 2, 0]) {
          const isDone = await here.run(audit(here.world, hub, invocation, isWanted)).then(
            () => true,
            () => false,
          );
          if (isDone) return false;
          await here.pass(here.clock.now() + minutes * 60_000);
        }
        return true;
      };
      let told = 0;
      for (let hour = 1; hour <= 40; hour++) {
        await here.pass(Date.parse('2026-01-01T00:00Z') + hour * 3_600_000);
        if (await isTold()) told++;
      }
      expect(told).toBe(2);
      isRefused = false;
      expect(await isTold()).toBe(false);
      isRefused = true;
      expect(await isTold()).toBe(true);
    },
  );

  test('killed at any of its requests, it is finished by the next', async () => {
    for (let dieAt = 1; ; dieAt++) {
      here = await surroundings('2026-01-01T00:00Z', [aPlan({ rpo: '1h' })]);
      await here.table('orders');
      const [failed] = await here.backUpAll('2026-01-01T02:00Z', ['orders'], { state: 'FAILED' });
      const { world, isDead } = here.mortal(dieAt, 'after');
      let isOver = false;
      audit(world, hub, here.invocation()).then(() => {
        isOver = true;
      });
      await here.clock.run(here.clock.now() + 600_000, () => isOver || isDead());
      if (isOver) {
        expect(dieAt).toBeGreaterThan(10);
        return;
      }
      await here.pass(here.clock.now() + 120_000);
      await look();
      expect(here.told('Backup Recovered').length, `killed at ${dieAt}`).toBeGreaterThan(0);
      expect(new Set(here.told('Backup Recovered').map(({ id }) => id)).size).toBe(1);
      expect(new Set(here.told('Protection Report').map(({ id }) => id)).size).toBe(1);
      expect(failed && (await here.stateOf(failed)).state).toBe('AVAILABLE');
      here.restore();
    }
  });
});

const workDue = (key: string) => ({
  id: '5c6f5b1e-0000-4000-8000-000000000000',
  account: hub.account,
  source: 'tablekeep',
  time: '2026-01-04T02:01:00Z',
  'detail-type': 'Work Due',
  detail: { id: 'a', installation: '00000000', at: '2026-01-04T02:01:00.000Z', sentence: 'A.', work: 'audit', key },
});
