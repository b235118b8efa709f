import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { memoryUsage } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type FactSeen, onFact } from '../demo/facts.ts';
import { deployDemo } from '../demo/stage.ts';
import { type Packaged, packageService } from '../deploy/package.ts';
import dueEvent from '../events/examples/work-due.json' with { type: 'json' };
import { listen } from '../local/http.ts';
import { childRunner } from '../local/lambda/children.ts';
import { createWholeAws, type WholeAws } from '../local/services.ts';

/*
 * Exports a table of a million items and verifies it, with the packaged function in a process of its own that has a
 * limited heap, against the local AWS over HTTP: `npx -c 'node bench/large-export.ts --items 1000000 --heap 128'`.
 */

const table = 'large';
/** The deployment has to name it. */
export const bucket = 'exports';
const format = (number: number): string => number.toLocaleString('en');
const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** What was measured. */
export interface LargeExport {
  items: number;
  files: number;
  /** Compressed, as read back. */
  bytes: number;
  /** Of the process that exported and verified. */
  peakBytes: number;
  seconds: { fill: number; export: number };
  /** Of this process: the local AWS with the table and its files. */
  localBytes: number;
}

/** Makes the table, exports and verifies it, and measures. `heapMegabytes` is all that the function's objects may take. */
export async function largeExport(items: number, heapMegabytes: number, packaged: Packaged): Promise<LargeExport> {
  const pids: number[] = [];
  const functions = childRunner({
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    onStart: (name, pid) => {
      if (name.endsWith('-export')) pids.push(pid);
    },
  });
  const port = await freePort();
  const quick = { exportMs: () => 500, continuousBackupsMs: 1 };
  const aws = createWholeAws({ endpoint: `http://127.0.0.1:${port}`, runner: () => functions.run, dynamodb: quick });
  const server = await listen(aws, port);
  try {
    const facts: FactSeen[] = [];
    onFact(aws, (fact) => facts.push(fact));
    const { functionName } = await deployDemo(aws, packaged);
    const filling = Date.now();
    await fill(aws, items);
    const exporting = Date.now();
    await exportIt(aws, functionName('export'));
    const detail = await ended(facts);
    const { files, bytes } = detail.verification as { files: number; bytes: number };
    return {
      items: Number(detail.items),
      files,
      bytes,
      peakBytes: Math.max(...pids.map(peakOf)),
      seconds: { fill: (exporting - filling) / 1000, export: (Date.now() - exporting) / 1000 },
      localBytes: memoryUsage.rss(),
    };
  } finally {
    functions.close();
    await server.close();
  }
}

const administrator =
  ({ core, iam }: WholeAws) =>
  (service: string, operation: string, input: Record<string, unknown>) =>
    core.call({
      service,
      operation,
      input,
      caller: iam.caller(core.account),
      account: core.account,
      region: core.region,
    });

/** Items of some 200 bytes, 25 a call, by the calls that clients make. */
async function fill(aws: WholeAws, items: number): Promise<void> {
  const call = administrator(aws);
  await call('s3', 'CreateBucket', { Bucket: bucket });
  await call('dynamodb', 'CreateTable', {
    TableName: table,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const isActive = async () =>
    ((await call('dynamodb', 'DescribeTable', { TableName: table })) as { Table: { TableStatus: string } }).Table
      .TableStatus === 'ACTIVE';
  while (!(await isActive())) await pause(100);
  for (let first = 0; first < items; first += 25) {
    const numbers = Array.from({ length: Math.min(25, items - first) }, (_, index) => first + index);
    const requests = numbers.map((number) => ({ PutRequest: { Item: itemOf(number) } }));
    await call('dynamodb', 'BatchWriteItem', { RequestItems: { [table]: requests } });
  }
  await call('dynamodb', 'UpdateContinuousBackups', {
    TableName: table,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
}

const itemOf = (number: number) => ({
  id: { S: `customer-${number.toString().padStart(9, '0')}` },
  name: { S: `Somebody of number ${number}` },
  spent: { N: String((number * 7919) % 100_003) },
  tags: { SS: [`group-${number % 97}`, `region-${number % 13}`] },
  address: { M: { city: { S: `city ${number % 1009}` }, zip: { S: String(10_000 + (number % 89_999)) } } },
});

async function exportIt(aws: WholeAws, FunctionName: string): Promise<void> {
  const request = { source: { table }, destination: { bucket }, verify: true, reason: 'how much memory it takes' };
  const invoke = (event: object) =>
    administrator(aws)('lambda', 'Invoke', { FunctionName, Payload: JSON.stringify(event) });
  const answer = (await invoke(request)) as { body: Uint8Array };
  const { task, failed } = JSON.parse(new TextDecoder().decode(answer.body)) as { task: string; failed?: string };
  if (failed !== undefined) throw new Error(failed);
  // What the heartbeat would do within a minute.
  const time = `${new Date(aws.clock.now()).toISOString().slice(0, 19)}Z`;
  const detail = { ...dueEvent.detail, work: 'task', key: `task#${task}|task` };
  await invoke({ ...dueEvent, time, account: aws.core.account, detail });
}

async function ended(facts: FactSeen[]): Promise<Record<string, unknown>> {
  for (;;) {
    const found = facts.find(({ type }) => type === 'Export Completed' || type === 'Export Failed');
    if (found?.type === 'Export Completed') return found.detail;
    if (found !== undefined) throw new Error(String(found.detail.sentence));
    await pause(100);
  }
}

/** The most that the process ever had in memory at once, its code and buffers counted; Linux tells. */
function peakOf(pid: number): number {
  const [, kilobytes = ''] = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

const freePort = (): Promise<number> =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });

if (import.meta.main) {
  const { values } = parseArgs({
    options: { items: { type: 'string', default: '1000000' }, heap: { type: 'string', default: '128' } },
  });
  const packaged = await packageService({ parameters: { exportBuckets: bucket } });
  try {
    const measured = await largeExport(Number(values.items), Number(values.heap), packaged);
    const { items, files, bytes, peakBytes, seconds, localBytes } = measured;
    console.log(
      `${format(items)} items were exported to ${files} files of ${megabytes(bytes)} MB together, and verified.`,
    );
    console.log(
      `The function's process had ${megabytes(peakBytes)} MB in memory at most, heap limit ${values.heap} MB.`,
    );
    console.log(
      `Writing the items took ${seconds.fill.toFixed(0)} s, export and verification ${seconds.export.toFixed(0)} s; the local AWS has ${megabytes(localBytes)} MB.`,
    );
  } finally {
    packaged.remove();
  }
}
