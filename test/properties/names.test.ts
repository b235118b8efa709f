import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backupIdPattern, planNamePattern, regionPattern } from '../../events/patterns.ts';
import { backupFrom, backupItem, backupKey, runFrom, runIdOfKey, runItem, runKey } from '../../shared/ledger.ts';
import {
  backupName,
  installationOf,
  instantOf,
  parseBackupName,
  parseRunId,
  type RunName,
  runId,
  stampOf,
} from '../../shared/names.ts';
import { parseTarget, targetKey } from '../../shared/target.ts';
import { cases } from './cases.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html: BackupName. */
const legalBackupName = /^[a-zA-Z0-9_.-]{3,255}$/;

/** AWS writes them as UUIDs. */
const tableIds = fc.uuid();
const targets = fc.record({
  account: fc.stringMatching(/^\d{12}$/),
  region: fc.oneof(
    fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-northwest-1', 'ap-southeast-3'),
    fc.stringMatching(regionPattern).filter((region) => region.length < 26),
  ),
});
const plans = fc.stringMatching(planNamePattern);
/** Every second that has four digits of a year. */
const seconds = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 }).map((second) => second * 1000);
const requests = fc.option(fc.string({ minLength: 1, maxLength: 80 }), { nil: undefined });
const runs = fc.record({
  target: targets,
  plan: plans,
  stamp: fc.tuple(seconds, requests).map(([at, request]) => stampOf(at, request)),
});
const installations = fc.string({ minLength: 1, maxLength: 255 }).map(installationOf);

describe("a backup's name", () => {
  test('is legal at AWS for every plan, time and table, and says what it was made from', () => {
    fc.assert(
      fc.property(installations, runs, tableIds, (installation, run, tableId) => {
        const name = backupName(installation, run, tableId);
        expect(name).toMatch(legalBackupName);
        expect(name.length).toBeLessThanOrEqual(83);
        expect(parseBackupName(name)).toMatchObject({ installation, plan: run.plan, stamp: run.stamp });
      }),
      cases,
    );
  });

  test('is another for another installation, run or table, and the same for the same', () => {
    const one = fc.tuple(installations, runs, tableIds);
    const differing = fc.tuple(one, one, fc.subarray([0, 1, 2]));
    fc.assert(
      fc.property(differing, ([first, second, from]) => {
        const mixed = first.map((part, index) => (from.includes(index) ? second[index] : part)) as typeof first;
        const isSame = JSON.stringify(mixed) === JSON.stringify(first);
        expect(backupName(...mixed) === backupName(...first)).toBe(isSame);
      }),
      cases,
    );
  });

  test('is not read from anything else', () => {
    const almost = fc
      .tuple(installations, runs, tableIds, fc.nat(90), fc.constantFrom('', '-', 'x', 'Z', '~', '#', '\n', 'é'))
      .map(([installation, run, tableId, at, other]) => {
        const name = backupName(installation, run, tableId);
        return [name, name.slice(0, at) + other + name.slice(at + 1)] as const;
      });
    fc.assert(
      fc.property(
        fc.oneof(
          almost,
          fc.string().map((text) => ['', text] as const),
        ),
        ([, text]) => {
          const read = parseBackupName(text);
          if (read === undefined) return;
          const { installation, plan, stamp, hash } = read;
          expect(`tk-${installation}-${plan}-${stamp}-${hash}`).toBe(text);
        },
      ),
      cases,
    );
  });
});

describe('what is written is read again', () => {
  test('instants as stamps, to the second', () => {
    fc.assert(
      fc.property(seconds, requests, fc.nat(999), (at, request, ms) => {
        expect(instantOf(stampOf(at + ms, request))).toBe(at);
      }),
      cases,
    );
  });

  test('runs and targets, as ids and as keys of the catalog', () => {
    fc.assert(
      fc.property(runs, (run: RunName) => {
        expect(parseRunId(runId(run))).toEqual(run);
        expect(parseTarget(targetKey(run.target))).toEqual(run.target);
        expect(runIdOfKey(runKey(run))).toBe(runId(run));
        expect(runFrom(runItem({ ...run, state: 'RUNNING' } as Parameters<typeof runItem>[0]))).toEqual({
          ...run,
          state: 'RUNNING',
        });
      }),
      cases,
    );
  });

  test('backups, duplicates too, which never share the key of the original', () => {
    fc.assert(
      fc.property(runs, tableIds, fc.nat(), (run, tableId, number) => {
        const backupArn = `arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/0${number}-1a2b3c4d`;
        const backup = { ...run, tableId, tableName: 'orders', state: 'CREATING' as const, attempt: 1, backupArn };
        const second = { ...backup, isDuplicate: true as const };
        expect(backupFrom(backupItem(backup))).toEqual(backup);
        expect(backupFrom(backupItem(second))).toEqual(second);
        expect(backupKey(second)).not.toEqual(backupKey(backup));
        expect(backupIdPattern.test(`${runId(run)}/${tableId}`)).toBe(true);
      }),
      cases,
    );
  });
});
