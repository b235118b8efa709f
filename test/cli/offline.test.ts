import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command, root } from './here.ts';

const files = mkdtempSync(join(tmpdir(), 'tablekeep-cli-'));
afterAll(() => rmSync(files, { recursive: true }));

/** As on a machine where nobody has signed in. */
const nobody = {
  ...{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', AWS_ENDPOINT_URL: '', AWS_REGION: '' },
  ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: join(files, 'none'), PORT: '9' },
  AWS_SHARED_CREDENTIALS_FILE: join(files, 'none'),
};
const alone = (...args: string[]) => command(args, nobody);

const names = ['status', 'backups', 'backup', 'restore', 'export', 'import', 'tasks', 'runs', 'run', 'cancel', 'hold'];
const more = ['release', 'delete', 'plans', 'doctor', 'probe', 'local'];
const all = [...names, ...more, 'plans validate', 'plans next', 'plans preview'];

describe.concurrent('without a service', () => {
  test('help lists every command', async () => {
    const { code, out } = await alone('--help');
    expect(code).toBe(0);
    for (const name of [...names, ...more]) expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  test.each(all)('%s --help has an example that can be typed', async (name) => {
    const { code, out } = await alone(...name.split(' '), '--help');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Examples?:\\n(.*\\n)*?.*npx tablekeep ${name}\\b`, 'm'));
  });

  test.each([
    [['backups', '--limit', 'many'], /--limit many is not understood/],
    [['tasks', '--watch'], /--watch needs the id of a task/],
    [['runs', '--watch'], /--watch needs the id of a run/],
    [['runs', 'nightly'], /nightly is no run; write account\/region\/plan\/stamp/],
    [['cancel', 'nightly'], /nightly is no run; write account\/region\/plan\/stamp/],
    [['restore', 'Chat', '--latest', '--at', 'latest', '--local'], /--latest and --at say different things/],
    [['restore', 'Chat', '--at', 'yesterday', '--local'], /--at yesterday is no time/],
    [['export', 'Chat', '--bucket', 'b', '--from', '2026-01-01'], /both --from and --until/],
    [['import', 'x', '--bucket', 'b', '--to', 't', '--key', 'id'], /write name:type/],
    [['backup', 'Chat', '--in', 'here', '--local'], /--in here is not understood/],
    [['plans', 'next', '--count', '0'], /--count 0 is not understood/],
    [['no-such-command'], /unknown command/],
    [['status', '--no-such-option'], /unknown option/],
    [['backup'], /missing required argument/],
    [['status'], /No Region is set/],
    [['probe', '--local'], /There is nobody to ask/],
    [['local', '--json'], /leave --json out/],
  ])('%j is not understood: 2, and a sentence', async (args, sentence) => {
    const { code, out, err } = await alone(...args);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
    expect(args.includes('--json') || out === '').toBe(true);
  });

  test.each([
    [['status', '--region', 'us-east-1'], 5, /No AWS credentials were found/],
    [['status', '--region', 'us-east-1', '--profile', 'nobody'], 5, /No AWS credentials were found .*nobody/],
    [['status', '--local'], 1, /Nothing answers at \S+:9\. Start it with npm start, or set PORT/],
  ])('%j ends with %i and a sentence', async (args, code, sentence) => {
    const ended = await alone(...args);
    expect(ended.err).toMatch(sentence);
    expect(ended).toMatchObject({ code, out: '' });
  });

  test('what goes wrong is one document with --json, too', async () => {
    for (const args of [['no-such-command'], ['status', '--region', 'us-east-1'], ['tasks', '--watch']]) {
      const { out } = await alone(...args, '--json');
      expect(JSON.parse(out)).toEqual({ error: expect.any(String) });
    }
  });

  test('plans validate tells each mistake with its line, and ends with 3', async () => {
    const wrong = join(files, 'wrong.yml');
    writeFileSync(
      wrong,
      'plans:\n  nightly:\n    schedule: cron(0 3 * * ? *)\n    tables: { include: [orders] }\n    keep: { daily: 7, dayly: 7 }\n',
    );
    const { code, out } = await alone('plans', 'validate', '--file', wrong);
    expect(code).toBe(3);
    expect(out).toMatch(/:5:\d+ .*dayly/);
    const { mistakes } = JSON.parse((await alone('plans', 'validate', '--file', wrong, '--json')).out);
    expect(mistakes).toHaveLength(1);
    expect(await alone('plans', 'validate')).toMatchObject({ code: 0, out: expect.stringMatching(/no mistakes/) });
  });

  test('whoever reads no further, as head does, is no mistake', async () => {
    const shell = spawn('sh', ['-c', `"$0" cli/tablekeep.ts plans next --count 999 | true`, process.execPath], {
      cwd: root,
    });
    let said = '';
    shell.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    await once(shell, 'close');
    expect(said).toBe('');
  });

  test('plans next tells firings in the zone of the plan and in UTC', async () => {
    const { code, out } = await alone('plans', 'next', '--count', '2');
    expect(code).toBe(0);
    expect(out.match(/^nightly .* 03:00:00 Europe\/Berlin \(0[12]:00:00 UTC\)$/gm)).toHaveLength(2);
    const { out: document } = await alone('plans', 'next', '--json');
    expect(JSON.parse(document)[0]).toMatchObject({ plan: 'nightly', timezone: 'Europe/Berlin' });
  });
});
