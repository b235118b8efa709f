import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backup, DryRun, Run, Table, Task } from '../../cli/answers.ts';
import { begin, command, type Ended, type Here } from './here.ts';
import { someoneWith } from './reader.ts';

let here: Here;
/** Backups of Chat and game-player-profiles that were asked for by hand: most of the tests need one. */
let taken: Ended;
let ofChat: string;
let ofProfiles: string;
const files = mkdtempSync(join(tmpdir(), 'tablekeep-cli-'));

beforeAll(async () => {
  here = await begin();
  taken = await here.tablekeep('backup', 'Chat', 'game-player-profiles', '--reason', 'before the test', '--watch');
  [ofChat, ofProfiles] = await Promise.all([byHand('Chat'), byHand('game-player-profiles')]);
});
afterAll(async () => {
  rmSync(files, { recursive: true });
  await here?.stop();
});

const backupsOf = async (table: string) =>
  (await here.json<{ backups: Backup[] }>('backups', table, '--limit', '100')).backups;

async function byHand(table: string): Promise<string> {
  const found = (await backupsOf(table)).find(({ plan }) => plan === 'ad-hoc');
  if (found === undefined) throw new Error(`There is no backup of ${table} by hand: ${taken.out}${taken.err}`);
  return found.id;
}

// All at once: most of the time is spent waiting. What takes longest comes first.
describe.concurrent('at the local AWS', () => {
  test('restore begins; Ctrl-C ends the watching and not the restore, which brings the table', async () => {
    const args = ['restore', 'Chat', '--backup', ofChat, '--to', 'Chat-copy'];
    const dry = await here.json<DryRun>(...args, '--dry-run');
    expect(dry.answer?.steps?.join(' ')).toMatch(/make Chat-copy/);
    const left = await here.interrupted('RESTORING', ...args, '--watch');
    expect(left.code).toBe(130);
    const [, id = ''] =
      /The restore goes on\. See it with: npx tablekeep tasks (\S+) --watch --local\n/.exec(left.err) ?? [];
    const task = await here.json<Task>('tasks', id, '--watch');
    expect(task).toMatchObject({ kind: 'restore', state: 'COMPLETED' });
    expect((await here.tablekeep('tasks', id)).out).toMatch(
      / Europe\/Berlin \(.* UTC\) {2}the table is ACTIVE[\s\S]*\nChat-copy .* is back from the backup of Chat /,
    );
    expect((await here.tablekeep('tasks', '--kind', 'import')).out).toBe('There is no such task yet.\n');
    expect((await here.tablekeep('tasks')).out).toMatch(new RegExp(`${id} +restore +COMPLETED +Chat-copy`));
  });

  test('export writes a table to a bucket of the deployment, which import would make a table of', async () => {
    const bucket = ['--bucket', 'tablekeep-demo-exports'];
    const exported = await here.json<Task>(
      ...['export', 'debian-packages', ...bucket, '--prefix', 'cli', '--enable-recovery', '--watch'],
    );
    expect(exported).toMatchObject({ kind: 'export', state: 'COMPLETED' });
    const folder = /cli\/AWSDynamoDB\/[^/]+/.exec(exported.completed?.manifest ?? '')?.[0] ?? '';
    const right = await here.tablekeep('import', folder, ...bucket, '--to', 'again', '--dry-run');
    expect(right).toMatchObject({ code: 0, out: expect.stringMatching(/ImportTable/) });
    const wrong = await here.tablekeep('import', 'cli/AWSDynamoDB/none', ...bucket, '--to', 'again', '--dry-run');
    expect(wrong.code).toBe(4);
    expect(wrong.out).toMatch(/source\.export: /);
  });

  test('export to a bucket that is not of the deployment fails, and says which parameter names them', async () => {
    const { code, out } = await here.tablekeep('export', 'Chat', '--bucket', 'another-bucket', '--watch');
    expect(code).toBe(1);
    expect(out).toMatch(/exportBuckets/);
  });

  test('probe measures and leaves nothing behind; what others take of the quota is throttled', async () => {
    const measured = await here.json<{ calls: number; accepted: number; throttled: number; left: string[] }>(
      ...['probe', '--yes'],
    );
    expect(measured).toMatchObject({ left: [] });
    expect(measured.accepted + measured.throttled).toBe(12);
    expect(measured.calls).toBeLessThanOrEqual(50);
  });

  test('run starts a plan, runs shows what came of it, and what is over cannot be cancelled', async () => {
    const { code, out } = await here.tablekeep('run', 'nightly', '--watch', '--reason', 'now');
    expect(code).toBe(0);
    expect(out).toMatch(/nightly\/\d{8}T\d{6}Z-[0-9a-f]{8}: COMPLETED/);
    const { runs } = await here.json<{ runs: Run[] }>('runs', '--plan', 'nightly');
    expect(runs[0]).toMatchObject({ plan: 'nightly', state: 'COMPLETED', reason: 'now' });
    expect((await here.tablekeep('runs', runs[0]?.id ?? '')).out).toMatch(/Chat +AVAILABLE/);
    expect((await here.tablekeep('runs', '--plan', 'nightly')).out).toMatch(/Europe\/Berlin \([\d: -]+ UTC\)/);
    const over = await here.tablekeep('cancel', runs[0]?.id ?? '');
    expect(over).toMatchObject({ code: 4, err: expect.stringMatching(/is over/) });
  });

  test('a plan that is not deployed cannot be run', async () => {
    const { code, err } = await here.tablekeep('run', 'weekly');
    expect({ code, err }).toMatchObject({ code: 4, err: expect.stringMatching(/There is no plan weekly/) });
  });

  test('a hold keeps a backup from delete, which takes it once the hold is lifted', async () => {
    const read = async () => (await backupsOf('game-player-profiles')).find(({ id }) => id === ofProfiles);
    expect((await here.tablekeep('hold', ofProfiles, '--reason', 'case 4711')).code).toBe(0);
    await here.until(async () => (await read())?.hold, 'the hold');
    const refused = await here.tablekeep('delete', ofProfiles, '--yes');
    expect(refused).toMatchObject({ code: 4, err: expect.stringMatching(/case 4711/) });
    expect((await here.tablekeep('release', ofProfiles, '--yes')).code).toBe(0);
    await here.until(async () => (await read())?.hold === undefined, 'the release');
    expect((await here.tablekeep('delete', ofProfiles, '--yes')).code).toBe(0);
    await here.until(async () => (await read()) === undefined, 'the delete');
  });

  test('backup with --watch ends when the backups are there, and says how each table ended', () => {
    expect(taken.code).toBe(0);
    expect(taken.out).toMatch(/COMPLETED 2 completed, 0 failed, 0 skipped/);
    expect(taken.out).toMatch(/^Chat +AVAILABLE/m);
    expect(taken.err).toMatch(/\d of 2 tables after/);
  });

  test('backup of a table that is not there ends with 1', async () => {
    const { code, out } = await here.tablekeep('backup', 'no-such-table', '--watch');
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringMatching(/no-such-table/) });
  });

  test('backups lists those of one table: by hand in the time of this machine, of a plan in that of the plan', async () => {
    const { code, out } = await here.tablekeep('backups', 'Chat');
    expect(code).toBe(0);
    expect(out).toMatch(/^ID +TABLE +MADE/);
    expect(out).toMatch(/ Chat +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Europe\/Berlin \([\d: -]+ UTC\) .* ad-hoc/);
    await here.until(
      async () => / Chat +[\d: -]+ UTC .* every-minute/.test((await here.tablekeep('backups', 'Chat')).out),
      'a backup of the plan that counts in UTC',
    );
  });

  test.each(['delete', 'release'])('%s does nothing where nobody can be asked', async (verb) => {
    const { code, err } = await here.tablekeep(verb, ofChat);
    expect(code).toBe(2);
    expect(err).toMatch(/the backup of Chat from .*\nThere is nobody to ask; give --yes if this is meant\./);
    expect((await backupsOf('Chat')).map(({ id }) => id)).toContain(ofChat);
  });

  test('restore over a living table is refused with the way out', async () => {
    const { code, out, err } = await here.tablekeep('restore', 'Chat', '--latest', '--watch');
    expect(code).toBe(1);
    expect(out + err).toMatch(/a restore never overwrites\. Give another name/);
  });

  test('restore takes what shall be other than it was from a file', async () => {
    const settings = join(files, 'settings.json');
    writeFileSync(settings, '{"tags": {"team": "shop"}}');
    const args = ['restore', 'Chat', '--backup', ofChat, '--to', 'Chat-tags', '--dry-run', '--settings'];
    expect((await here.tablekeep(...args, settings)).out).toMatch(/tags .*"team":"shop"/);
    expect(await here.tablekeep(...args, join(files, 'none.json'))).toMatchObject({ code: 2 });
  });

  test('status tells how each table stands, as of the audit', async () => {
    const status = await here.until(async () => {
      const said = await here.json<{ asOf?: string; tables: (Table & { state: string })[] }>('status', '--all');
      return said.asOf !== undefined && said;
    }, 'the first audit');
    expect(status.tables.map(({ name }) => name)).toContain('Chat');
    const { code, out } = await here.tablekeep('status');
    expect(out).toMatch(/^As of the audit at /);
    expect([0, 3]).toContain(code);
  });

  test('doctor finds nothing wrong in a service that is well', async () => {
    const { findings } = await here.until(async () => {
      const said = await here.json<{ findings: { check: string; isWell: boolean }[] }>('doctor');
      return said.findings.every(({ isWell }) => isWell) && said;
    }, 'all well');
    expect(findings.map(({ check }) => check)).toEqual([
      ...['credentials', 'stack', 'schedules', 'targets', 'right to operate', 'right to administer', 'clock'],
      'dead letters',
    ]);
  });

  test('doctor tells what of plans.yml is not deployed, and the other way round', async () => {
    const { code, out } = await here.tablekeep('doctor', '--file', 'plans.yml');
    expect(code).toBe(3);
    expect(out).toMatch(/plans +wrong +every-minute is deployed, and not in the file\. /);
  });

  test('who has only the right to read may read, is told of what is missing, and is refused with 5', async () => {
    const stack = ['--stack', 'tablekeep-dev'];
    const environment = await someoneWith(here.endpoint, here.outputs.ApiReadPolicyArn ?? '');
    expect((await command(['status', ...stack], environment)).err).not.toMatch(/may not/);
    const doctor = await command(['doctor', ...stack, '--file', 'plans.yml'], environment);
    expect(doctor).toMatchObject({ code: 3, out: expect.stringMatching(/right to operate +wrong +Missing: backups/) });
    const refused = await command(['backup', 'Chat', ...stack], environment);
    expect(refused).toMatchObject({
      code: 5,
      err: expect.stringMatching(/You may not do this \(POST \/\S*v1\/backups\)/),
    });
  });

  test.each([
    [['tasks', 'nothing'], 4, /id of a task/],
    [['hold', 'nothing', '--reason', 'x'], 4, /uuid/],
    [['status', '--stack', 'no-such-stack'], 4, /There is no stack no-such-stack in us-east-1/],
    [['status', '--plan', 'no-such-plan'], 4, /There is no plan no-such-plan/],
  ])('%j ends with %i and a sentence', async (args, code, sentence) => {
    const ended = await here.tablekeep(...args);
    expect(ended.err).toMatch(sentence);
    expect(ended.err).not.toMatch(/^ +at /m);
    expect(ended.code).toBe(code);
  });
});
