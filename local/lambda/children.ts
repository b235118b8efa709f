import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Program, programOf } from './load.ts';
import { type Environment, failure, type Invocation, type Outcome, type Runner, type Setting } from './runner.ts';

/** To the child: first its program, then one invocation after another. */
export type ToChild =
  | {
      kind: 'program';
      program: Program;
      setting: Pick<Setting, 'functionName' | 'memorySizeMb' | 'logGroupName' | 'logStreamName'>;
    }
  | { kind: 'invocation'; invocation: Invocation };

const bootstrap = fileURLToPath(new URL('./bootstrap.ts', import.meta.url));

/** What a program needs to run at all; nothing else of this process's environment reaches a function. */
const machineVariables = (): Record<string, string> => {
  const { PATH = '', HOME = '' } = process.env;
  const none = '/dev/null';
  return { PATH, HOME, AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none, AWS_EC2_METADATA_DISABLED: 'true' };
};

/** How processes are started, for who measures them. */
export interface ChildOptions {
  /** Node's own, as `--max-old-space-size=128`. */
  execArgv?: string[];
  onStart?: (functionName: string, pid: number) => void;
}

class Child implements Environment {
  readonly #process: ChildProcess;
  #requestId = '';
  #exit: Outcome | undefined;
  #answer: (outcome: Outcome) => void = () => {};

  constructor(setting: Setting, { execArgv = [], onStart }: ChildOptions, onExit: () => void) {
    const program = programOf(setting.code, setting.handler);
    const env = { ...machineVariables(), ...setting.variables };
    this.#process = fork(bootstrap, [], { env, execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    onStart?.(setting.functionName, this.#process.pid ?? 0);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (bytes: Buffer) => setting.write(bytes.toString()));
    }
    this.#process.on('message', (outcome: Outcome) => this.#answer(outcome));
    this.#process.on('error', (error) => this.#end(failure(error), onExit));
    this.#process.on('exit', (code, signal) => this.#end(this.#exited(signal ?? `exit status ${code}`), onExit));
    const { functionName, memorySizeMb, logGroupName, logStreamName } = setting;
    const named = { functionName, memorySizeMb, logGroupName, logStreamName };
    this.#send({ kind: 'program', program, setting: named });
  }

  invoke(invocation: Invocation): Promise<Outcome> {
    if (this.#exit !== undefined) return Promise.resolve(this.#exit);
    this.#requestId = invocation.requestId;
    this.#send({ kind: 'invocation', invocation });
    return new Promise((answer) => {
      this.#answer = answer;
    });
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }

  #send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  #exited(how: string): Outcome {
    const errorMessage = `RequestId: ${this.#requestId} Error: Runtime exited with error: ${how}`;
    return { payload: JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage }), isError: true };
  }

  #end(outcome: Outcome, onExit: () => void): void {
    this.#exit = { ...outcome, isDead: true };
    this.#answer(this.#exit);
    onExit();
  }
}

/** Runs packages as processes of their own, on the machine's clock. `close` kills them all. */
export function childRunner(options: ChildOptions = {}): { run: Runner; close(): void } {
  const children = new Set<Child>();
  let isClosed = false;
  return {
    run(setting) {
      if (isClosed) throw new Error('The local AWS is closing and starts no more processes.');
      const child: Child = new Child(setting, options, () => children.delete(child));
      children.add(child);
      return child;
    },
    close() {
      isClosed = true;
      for (const child of children) child.close();
    },
  };
}
