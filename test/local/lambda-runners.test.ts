import { fork } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { createAws, type LocalAws } from '../../local/aws.ts';
import { type Clock, realClock, VirtualClock } from '../../local/clock.ts';
import { listen } from '../../local/http.ts';
import { createIam } from '../../local/iam/iam.ts';
import { childRunner } from '../../local/lambda/children.ts';
import { inProcessRunner } from '../../local/lambda/in-process.ts';
import { createLambda, type LambdaService } from '../../local/lambda/lambda.ts';
import type { Runner } from '../../local/lambda/runner.ts';
import { seededRandom } from '../../local/random.ts';
import type { Core, RawAnswer } from '../../local/service.ts';
import { createSts } from '../../local/sts.ts';
import { bundle, zip } from './lambda-package.ts';

const account = '123456789012';
const region = 'us-east-1';
const mayLog = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const startAt = Date.UTC(2026, 10, 20, 6);

const source = `
import { setTimeout as timersSetTimeout } from 'node:timers';
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
const sts = new STSClient({});
let invocations = 0;
export const handler = async (event, context) => {
  invocations++;
  if (event.log) { console.log('hello', event.log); process.stdout.write('raw line\\n'); }
  if (event.fail) throw new TypeError('as asked');
  if (event.exit) process.exit(3);
  if (event.hang) return new Promise(() => {});
  if (event.sleepMs) await new Promise((wake) => setTimeout(wake, event.sleepMs));
  if (event.timersMs) await new Promise((wake) => timersSetTimeout(wake, event.timersMs));
  if (event.later) { setTimeout(() => console.log('later'), 1000); return 'left something'; }
  const { Arn, Account } = event.who ? await sts.send(new GetCallerIdentityCommand({})) : {};
  return { Arn, Account, invocations, now: Date.now(), chance: Math.random(), left: context.getRemainingTimeInMillis(),
    name: process.env.AWS_LAMBDA_FUNCTION_NAME, own: process.env.OWN, secret: process.env.HOST_SECRET ?? 'unknown', pid: process.pid };
};`;
const code = bundle(source);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface World {
  clock: Clock;
  runner(aws: LocalAws): Runner;
  endpoint?(aws: LocalAws): Promise<string>;
}

async function setUp(world: World, settings: object = {}, text = code) {
  const { clock } = world;
  const iam = createIam({ clock, random: seededRandom(1), account });
  let endpoint = '';
  const runner: Runner = (setting) =>
    world.runner(aws)({
      ...setting,
      variables: { ...setting.variables, ...(endpoint && { AWS_ENDPOINT_URL: endpoint }) },
    });
  const services = (core: Core) => [createLambda(core, { iam, runner }), createSts(iam)];
  const aws = createAws({ clock, iam, services });
  endpoint = (await world.endpoint?.(aws)) ?? '';
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  };
  const role = iam.putRole({ account, name: 'worker', trust, managedPolicies: [mayLog] });
  const call = (operation: string, input: object) =>
    aws.core.call({ service: 'lambda', operation, input: { ...input }, caller: iam.caller('admin'), account, region });
  const defaults = { FunctionName: 'work', Role: role.arn, Handler: 'src/work.handler', Timeout: 60 };
  const Environment = { Variables: { OWN: 'mine' } };
  await call('CreateFunction', {
    ...defaults,
    Environment,
    Code: { ZipFile: zip({ 'src/work.cjs': text }) },
    ...settings,
  });
  const invoke = async (event: unknown) => {
    const answer = (await call('Invoke', { FunctionName: 'work', Payload: JSON.stringify(event) })) as RawAnswer;
    return JSON.parse(new TextDecoder().decode(answer.body));
  };
  const written = () => (aws.service('lambda') as LambdaService).logs('work').map(({ text }) => text);
  return { aws, iam, role, call, invoke, logs: written };
}

function childWorld(): World {
  const children = childRunner();
  closing.push(() => children.close());
  return {
    clock: realClock(),
    runner: () => children.run,
    async endpoint(aws) {
      const server = await listen(aws, 0);
      closing.push(() => server.close());
      return server.url;
    },
  };
}

function processWorld(clock: Clock, skewMs = 0): World {
  const random = seededRandom(7);
  return { clock, runner: (aws) => inProcessRunner({ aws, random, skewMs: () => skewMs }) };
}

describe.each<[string, () => World]>([
  ['in this process', () => processWorld(realClock())],
  ['as child processes', childWorld],
])('bundles %s', (_, makeWorld) => {
  test('have the identity of their role, their own variables, and no others', async () => {
    process.env.HOST_SECRET = 'of the host';
    const { invoke } = await setUp(makeWorld());
    expect(await invoke({ who: true })).toMatchObject({
      Account: account,
      Arn: `arn:aws:sts::${account}:assumed-role/worker/work`,
      name: 'work',
      own: 'mine',
      secret: 'unknown',
    });
  });

  test('stay warm, and run side by side in environments of their own', async () => {
    const { invoke } = await setUp(makeWorld());
    expect((await invoke({})).invocations).toBe(1);
    expect((await invoke({})).invocations).toBe(2);
    const both = await Promise.all([invoke({ sleepMs: 50 }), invoke({ sleepMs: 50 })]);
    expect(both.map(({ invocations }) => invocations)).toEqual([3, 1]);
  });

  test('are started anew with new settings', async () => {
    const { invoke, call } = await setUp(makeWorld());
    await invoke({});
    await call('UpdateFunctionConfiguration', { FunctionName: 'work', Environment: { Variables: { OWN: 'new' } } });
    expect(await invoke({})).toMatchObject({ own: 'new', invocations: 1 });
  });

  test('write logs', async () => {
    const { invoke, logs } = await setUp(makeWorld());
    await invoke({ log: { a: 1 }, sleepMs: 50 });
    expect(logs()[0]).toMatch(/^2\d{3}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\tINFO\thello \{ a: 1 \}$/);
    expect(logs()[1]).toBe('raw line');
  });

  test('whose role may not write logs write none', async () => {
    const { invoke, logs, iam, role } = await setUp(makeWorld());
    iam.putRole({ ...role, managedPolicies: [] });
    await invoke({ log: 'x', sleepMs: 50 });
    expect(logs()).toEqual([]);
  });

  test('answer with what they throw, and live on', async () => {
    const { invoke } = await setUp(makeWorld());
    expect(await invoke({ fail: true })).toMatchObject({ errorType: 'TypeError', errorMessage: 'as asked' });
    expect((await invoke({})).invocations).toBe(2);
  });

  test('that exit or hang are ended, and the next invocation starts a new one', async () => {
    const { invoke } = await setUp(makeWorld(), { Timeout: 1 });
    expect(await invoke({ exit: true })).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Runtime exited with error: exit status 3$/),
    });
    expect(await invoke({ hang: true })).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect((await invoke({})).invocations).toBe(1);
  });

  test.each([
    ['a module that is not there', { Handler: 'src/other.handler' }, code, 'Runtime.ImportModuleError'],
    ['an export that is not there', { Handler: 'src/work.none' }, code, 'Runtime.HandlerNotFound'],
    ['code that throws while it loads', {}, 'throw new RangeError("early")', 'RangeError'],
  ])('report %s', async (_title, settings, text, errorType) => {
    const { invoke } = await setUp(makeWorld(), settings, text);
    expect(await invoke({})).toMatchObject({ errorType });
    expect(await invoke({})).toMatchObject({ errorType });
  });
});

test('closing the child processes leaves none, and one whose parent is gone ends itself', async () => {
  const { invoke } = await setUp(childWorld());
  const { pid } = await invoke({});
  expect(() => process.kill(pid, 0)).not.toThrow();
  for (const close of closing.splice(0)) await close();
  await expect.poll(() => isAlive(pid)).toBe(false);

  const bootstrap = new URL('../../local/lambda/bootstrap.ts', import.meta.url);
  const orphan = fork(bootstrap, { execArgv: [] });
  closing.push(() => orphan.kill());
  orphan.disconnect();
  await expect.poll(() => orphan.exitCode, { timeout: 5000 }).toBe(0);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('bundles on a virtual clock', () => {
  async function run<T>(clock: VirtualClock, work: Promise<T>, ms = 3_600_000): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    await clock.run(clock.now() + ms, () => isDone);
    return done;
  }

  test('see its time with their own skew, in timers of either kind, too', async () => {
    const clock = new VirtualClock(startAt);
    const { invoke } = await setUp(processWorld(clock, 250));
    const answer = await run(clock, invoke({ sleepMs: 20_000, timersMs: 10_000, who: true }));
    expect(answer).toMatchObject({ now: startAt + 30_250, left: 60_000 - 30_250, Account: account });
  });

  test('see the same chance with the same seed', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(async () => {
        const clock = new VirtualClock(startAt);
        const { invoke } = await setUp(processWorld(clock));
        return run(clock, invoke({}));
      }),
    );
    expect(one.chance).toBe(two.chance);
  });

  test('are frozen between invocations: a timer left behind fires in the next one', async () => {
    const clock = new VirtualClock(startAt);
    const { invoke, logs } = await setUp(processWorld(clock));
    expect(await run(clock, invoke({ later: true }))).toBe('left something');
    await clock.run(clock.now() + 300_000);
    expect(logs()).toEqual([]);
    await run(clock, invoke({}));
    expect(logs()).toEqual([expect.stringMatching(/later$/)]);
  });

  test('are ended when they were idle for ten minutes', async () => {
    const clock = new VirtualClock(startAt);
    const { invoke } = await setUp(processWorld(clock));
    await run(clock, invoke({}));
    await clock.run(clock.now() + 590_000);
    expect(await run(clock, invoke({}))).toMatchObject({ invocations: 2 });
    await clock.run(clock.now() + 601_000);
    expect(await run(clock, invoke({}))).toMatchObject({ invocations: 1 });
  });

  test('that were ended by their timeout do nothing any more', async () => {
    const clock = new VirtualClock(startAt);
    const text = `exports.handler = async () => { setTimeout(() => console.log('undead'), 90_000); await new Promise(() => {}); }`;
    const { invoke, logs } = await setUp(processWorld(clock), {}, text);
    await run(clock, invoke({}));
    await clock.run(clock.now() + 300_000);
    expect(logs()).toEqual([expect.stringMatching(/timed out/)]);
  });
});
