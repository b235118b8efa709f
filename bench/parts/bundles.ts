import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { budgets } from '../../deploy/checks/bundles.ts';
import type { Figure } from '../figure.ts';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));
const times = 25;

/** As serverless.yml has it built. */
const settings = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  supported: { 'dynamic-import': false },
} satisfies BuildOptions;
const bareClients = `const { DynamoDBClient, CreateBackupCommand, UpdateItemCommand, QueryCommand } = require('@aws-sdk/client-dynamodb');
  const { EventBridgeClient, PutEventsCommand } = require('@aws-sdk/client-eventbridge');
  module.exports = [new DynamoDBClient({}), new EventBridgeClient({}), CreateBackupCommand, UpdateItemCommand, QueryCommand, PutEventsCommand];`;

/** What a cold start of Lambda sees. */
const environment = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIATEST',
  AWS_SECRET_ACCESS_KEY: 'secret',
  POWERTOOLS_METRICS_NAMESPACE: 'Tablekeep',
};
const timed = `const begun = process.hrtime.bigint(); require(process.argv[1]);
  console.log(Number(process.hrtime.bigint() - begun) / 1e6);`;

/** Milliseconds of its `require` in a fresh process, the median of 25. */
function importMs(file: string): number {
  const all = Array.from({ length: times }, () =>
    Number(execFileSync(process.execPath, ['-e', timed, file], { env: environment, encoding: 'utf8' })),
  );
  return all.sort((one, other) => one - other)[Math.floor(times / 2)] ?? 0;
}

/** Size and import time of each function's bundle, beside an empty one and one of the clients alone, as they come. */
export async function measure(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tablekeep-bench-'));
  try {
    writeFileSync(join(directory, 'empty.cjs'), '');
    const stdin = { contents: bareClients, resolveDir: root };
    await build({ ...settings, stdin, outfile: join(directory, 'bare SDK clients.cjs') });
    const functions = readdirSync(join(root, 'functions')).map((file) => file.replace(/\.ts$/, ''));
    const sizes = new Map<string, number>();
    for (const name of functions) {
      const { metafile } = await build({
        ...settings,
        absWorkingDir: root,
        entryPoints: [`functions/${name}.ts`],
        outfile: join(directory, `${name}.cjs`),
        plugins: require('../../deploy/esbuild.cjs'),
        metafile: true,
      });
      sizes.set(name, Object.values(metafile?.outputs ?? {})[0]?.bytes ?? 0);
    }
    return [
      ...[...sizes].map(([name, bytes]): Figure => {
        const atMost = (budgets[name] ?? 0) / 1000;
        const figure = `bundle of ${name}`;
        return { figure, value: bytes / 1000, unit: 'KB', atMost, isExact: true, on: 'the packaged functions' };
      }),
      ...['empty', 'bare SDK clients', ...functions].map((name): Figure => {
        const value = importMs(join(directory, `${name}.cjs`));
        return { figure: `import of ${name}, median of ${times}`, value, unit: 'ms', on: 'real clock' };
      }),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}
