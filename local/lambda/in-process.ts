import * as realFs from 'node:fs';
import { createRequire } from 'node:module';
import * as realTimers from 'node:timers';
import type { LocalAws } from '../aws.ts';
import { type Globals, globalsOf } from '../globals.ts';
import { httpStandIn } from '../http-stand-in.ts';
import { type Random, seededRandom } from '../random.ts';
import { contextOf, type Handler } from './context.ts';
import { load, programOf } from './load.ts';
import { lambdaConsole, outputTo } from './output.ts';
import { pausable } from './pausable.ts';
import { type Environment, failure, type Invocation, type Outcome, type Runner, type Setting } from './runner.ts';

/** What bundles run in this process see in place of the machine. */
export interface InProcessOptions {
  /** The AWS that their requests reach, whatever host they name. */
  aws: Pick<LocalAws, 'handle' | 'clock'>;
  random: Random;
  /** How far the `Date` of the next environment is ahead of the clock. */
  skewMs?: () => number;
}

const realRequire = createRequire(import.meta.url);
const never = new Promise<never>(() => {});
const refused = () => Promise.reject(Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' }));

/**
 * Modules that reach the machine's time, network or files, in place of the real ones. The SDK's first call would read the
 * shared configuration files, which takes real time and would make two runs of one seed differ.
 */
function standIns(http: unknown, globals: Globals): Record<string, unknown> {
  const promises = { ...realFs.promises, readFile: refused };
  const timers = { ...realTimers, ...globals };
  const timersPromises = {
    ...realTimers.promises,
    setTimeout: (ms?: number, value?: unknown) => new Promise((wake) => globals.setTimeout(wake, ms, value)),
  };
  return {
    http,
    https: http,
    'fs/promises': promises,
    fs: { ...realFs, promises },
    timers,
    'timers/promises': timersPromises,
  };
}

/** One bundle, compiled for itself, with its own variables, identity, clock, chance and output. */
class InProcess implements Environment {
  readonly #setting: Setting;
  readonly #clock;
  readonly #globals;
  readonly #ended = Promise.withResolvers<Outcome>();
  #isAlive = true;
  #requestId = '';
  readonly #handler: Handler;

  constructor(setting: Setting, options: InProcessOptions) {
    const { aws, random, skewMs } = options;
    this.#setting = setting;
    this.#clock = pausable(aws.clock, (error) => this.#end(failure(error)));
    const chance = seededRandom(Math.floor(random.number() * 2 ** 32));
    this.#globals = globalsOf(this.#clock, chance, { skewMs: skewMs?.() ?? 0 });
    this.#handler = this.#load(aws);
  }

  async invoke(invocation: Invocation): Promise<Outcome> {
    this.#requestId = invocation.requestId;
    this.#clock.resume();
    const outcome = await Promise.race([this.#ended.promise, this.#answer(invocation)]);
    this.#clock.pause();
    return outcome;
  }

  close(): void {
    this.#isAlive = false;
    this.#globals.stop();
  }

  async #answer(invocation: Invocation): Promise<Outcome> {
    try {
      const event: unknown = JSON.parse(invocation.event);
      const answer = await this.#handler(
        event,
        contextOf(this.#setting, invocation, () => this.#globals.Date.now()),
      );
      return { payload: JSON.stringify(answer) ?? 'null', isError: false };
    } catch (error) {
      return failure(error);
    }
  }

  #end(outcome: Outcome): void {
    this.close();
    this.#ended.resolve({ ...outcome, isDead: true });
  }

  #load(aws: InProcessOptions['aws']): Handler {
    const { code, handler } = this.#setting;
    const { stop: _, ...globals } = this.#globals;
    const stdout = outputTo((text) => this.#isAlive && this.#setting.write(text));
    const console = lambdaConsole(
      stdout,
      () => this.#globals.Date.now(),
      () => this.#requestId,
    );
    const instead = standIns(httpStandIn({ clock: this.#clock, handle: this.#handle(aws) }), globals);
    const require = (name: string): unknown => instead[name.replace(/^node:/, '')] ?? realRequire(name);
    return load(programOf(code, handler), { ...globals, console, process: this.#process(stdout) }, require);
  }

  /** Nothing leaves a dead environment, and nothing reaches one that is dead or frozen. */
  #handle({ handle }: InProcessOptions['aws']): LocalAws['handle'] {
    return async (request) => {
      if (!this.#isAlive) return never;
      const answer = await handle(request);
      await this.#clock.running();
      return this.#isAlive ? answer : never;
    };
  }

  #process(stdout: NodeJS.WritableStream): unknown {
    const itself = () => stand;
    const exit = (code = 0) => {
      const errorMessage = `RequestId: ${this.#requestId} Error: Runtime exited with error: exit status ${code}`;
      this.#end({ payload: JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage }), isError: true });
      throw new Error(errorMessage);
    };
    const own = { env: this.#setting.variables, argv: ['node'], stdout, stderr: stdout, exit, cwd: () => '/var/task' };
    const listeners = { on: itself, once: itself, off: itself, addListener: itself, removeListener: itself };
    const stand: unknown = Object.create(
      process,
      Object.getOwnPropertyDescriptors({ ...own, ...listeners, emitWarning() {} }),
    );
    return stand;
  }
}

/** Runs packages in this process, on a virtual clock or the machine's. */
export const inProcessRunner =
  (options: InProcessOptions): Runner =>
  (setting) =>
    new InProcess(setting, options);
