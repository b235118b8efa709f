import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { dynamodb } from '../../local/dynamodb/dynamodb.ts';
import { listen } from '../../local/http.ts';
import { kms } from '../../local/kms.ts';
import { tagging } from '../../local/tagging.ts';

const folder = mkdtempSync(join(tmpdir(), 'tablekeep-plans-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'plans.yml');
writeFileSync(
  file,
  `plans:
  nightly:
    schedule: cron(0 3 * * ? *)
    tables: { include: ["*"], exclude: ["*-test"] }
    keep: { daily: 7 }
  tagged:
    schedule: rate(1 hour)
    tables: { tags: { env: "prod*" } }
    keep: { hourly: 24 }
    targets: [{ regions: [us-east-1] }, { account: "111122223333", regions: [eu-west-1] }]
exports:
  lake: { schedule: rate(1 hour), tables: { include: [orders] }, bucket: archive, mode: incremental }
`,
);

const aws = createAws({
  services: (core) => {
    const keys = kms(core);
    const database = dynamodb(core, { keys: keys.keys, createTableMs: 0 });
    return [database, keys, tagging(core, [{ type: 'dynamodb:table', resources: database.taggedTables }])];
  },
});
let server: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  server = await listen(aws, 0);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: server.url, region: 'us-east-1', credentials });
  const tables: [name: string, tags: Record<string, string>][] = [
    ['orders', { env: 'prod-eu' }],
    ['orders-test', { env: 'test' }],
    ['scratch', { 'tablekeep:skip': 'yes', env: 'prod' }],
    ['users', {}],
    ['tablekeep-dev-Catalog-1ABCDEFG', {}],
  ];
  for (const [TableName, tags] of tables) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
  }
  client.destroy();
});
afterAll(() => server.close());

function plan(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };
  return new Promise((done) => {
    execFile(process.execPath, ['deploy/plan.ts', ...args], { env }, (error, out, err) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

test('npm run plan shows the tables that each plan selects at a running AWS', async () => {
  const { code, out } = await plan('--file', file, '--endpoint', server.url, '--firings', '1');
  expect(out).toContain('  tables  2 in us-east-1: orders, users\n');
  expect(out).toContain('  tables  1 in us-east-1: orders\n          not looked at: account 111122223333, eu-west-1');
  expect(out).toContain('about 14 backups, 0.00 GB-months, $0.00 a month');
  expect(out).toContain('exports lake: rate(1 hour), UTC\n');
  expect(out).toContain('  tables  1 in us-east-1: orders\n  writes  incremental exports to s3://archive/');
  expect(out).toContain('then at least $0.70 in 30 days: 720 windows of each table');
  expect(out).toMatch(/Together \$0\.00 a month for the plans that are on, at \$0\.10 for a GB and month/);
  expect(code).toBe(0);
});

test('without AWS it shows firings and backups, and says in a sentence what is missing', async () => {
  const { code, out } = await plan('--file', file, '--endpoint', 'http://127.0.0.1:9');
  expect(out).toContain('not known: http://127.0.0.1:9 did not answer in us-east-1');
  expect(out).toContain('about 7 backups of each table');
  expect(out).toContain('Without tables there is no price.');
  expect(code).toBe(0);
});

test.each([
  [['--fil', 'x'], "Unknown option '--fil'"],
  [['--firings', 'many'], '--firings many is not understood; write a whole number from 1 to 999.'],
  [['plans.yml'], 'Unexpected argument'],
])('with %j it ends with 2 and says how it is used', async (args, sentence) => {
  const { code, err } = await plan(...args);
  expect(err).toContain(sentence);
  expect(err).toContain('npm run plan [-- --file plans.yml');
  expect(code).toBe(2);
});

test('a wrong file ends it with 1 and its sentences', async () => {
  const wrong = join(folder, 'wrong.yml');
  writeFileSync(wrong, 'plans:\n  nightly:\n    schedule: never\n');
  const { code, err } = await plan('--file', wrong);
  expect(err).toMatch(/^3 mistakes in .*wrong\.yml:\n/);
  expect(err).not.toContain('    at ');
  expect(code).toBe(1);
});
