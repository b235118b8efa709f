import { readFileSync } from 'node:fs';
import process from 'node:process';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { type Document, parseDocument, type YAMLMap } from 'yaml';
import type { Refused } from '../local/apigateway/gateway.ts';
import { listen } from '../local/http.ts';
import { childRunner } from '../local/lambda/children.ts';
import { createWholeAws, type WholeAws } from '../local/services.ts';
import { exportBucket } from './away-and-back.ts';
import { onFact } from './facts.ts';
import { debianPackages, makeTable, sampleModels } from './sample-tables.ts';
import { screen } from './screen.ts';
import { administrator, deployDemo, makeBucket, packageWith } from './stage.ts';

const { line } = screen();
const port = portIn(process.env.PORT);
const stopping = new AbortController();
const stopped = new Promise<void>((stop) => {
  stopping.signal.addEventListener('abort', () => stop());
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort());

const functions = childRunner();
const endpoint = `http://127.0.0.1:${port}`;
/** AWS takes minutes for these; who tries things out should not wait so long. */
const quick = { restoreHiddenMs: () => 1000, restoreMs: () => 10_000, exportMs: () => 10_000, importMs: () => 10_000 };
const apigateway = { onRefused: (refused: Refused) => refused.status === 403 && line(`  ${sentenceOf(refused)}`) };
const aws = createWholeAws({ endpoint, runner: () => functions.run, seed: process.pid, dynamodb: quick, apigateway });
const server = await listen(aws, port).catch((error: Error) => {
  line(error.message);
  process.exit(1);
});
try {
  await Promise.race([prepare(aws), stopped]);
  await stopped;
} catch (error) {
  line(String(error));
  process.exitCode = 1;
} finally {
  functions.close();
  await server.close();
}
process.exit();

/** Deploys the service and makes the sample tables; a plan fires every minute from then on. */
async function prepare(aws: WholeAws): Promise<void> {
  line(`The local AWS answers at ${endpoint}; packaging and deploying the service …`);
  const packaged = await packageWith(plansAndEveryMinute(), { exportBuckets: exportBucket }, stopping.signal);
  const { outputs, functionName } = await deployDemo(aws, packaged);
  packaged.remove();
  const { dynamodb, lambda } = administrator(aws, { endpoint });
  const tables = [...sampleModels(), debianPackages()];
  await Promise.all([makeBucket(aws, exportBucket), ...tables.map((table) => makeTable(dynamodb, table))]);
  onFact(aws, ({ type, detail }) => {
    if (type !== 'Work Due') line(`${detail.at}  ${type}: ${detail.sentence}`);
  });
  const invoke = (name: string) => lambda.send(new InvokeCommand({ FunctionName: functionName(name), Payload: '{}' }));
  // The first audit would come within the hour; who asks how the tables stand wants to know now.
  await invoke('audit');
  // What is due is gone on with at the next heartbeat, which comes every minute by itself.
  await invoke('heartbeat');
  setInterval(() => invoke('heartbeat').catch(() => {}), 10_000).unref();
  for (const [name, value] of Object.entries(outputs)) line(`  ${name}: ${value}`);
  line(`  bucket of exports: ${exportBucket}`);
  line(`  tables: ${tables.map(({ definition }) => definition.TableName).join(', ')}`);
  line(
    `ready: ${endpoint} (account ${aws.core.account}, ${aws.core.region}); the plan every-minute fires each minute.`,
  );
  if (outputs.ApiUrl !== undefined) line(`Requests to ${outputs.ApiUrl} are signed, with any key as its own secret.`);
  line(`Try: aws --endpoint-url ${endpoint} --region ${aws.core.region} dynamodb list-backups`);
}

/** The gateway answers a refusal with two words; here is why. */
function sentenceOf({ method, path, reason }: Refused): string {
  const remedy = /secret/.test(reason) ? ' The secret of a key that is no session’s is the key itself.' : '';
  return `REST API: ${method} ${path} is forbidden: ${reason}.${remedy}`;
}

/** The plans of plans.yml, and one that fires every minute so that there is something to see. */
function plansAndEveryMinute(): string {
  const [own, more] = ['../plans.yml', './start-plans.yml'].map((file) =>
    parseDocument(readFileSync(new URL(file, import.meta.url), 'utf8')),
  ) as [Document, Document];
  for (const { key, value } of (more.get('plans') as YAMLMap<unknown, unknown>).items) own.setIn(['plans', key], value);
  return own.toString();
}

function portIn(text = '4566'): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  line(`PORT is "${text}"; give a free port from 1 to 65535, for example PORT=4567.`);
  process.exit(1);
}
