import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Where the commands run. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
const program = ['cli/tablekeep.ts'];

/** What a command came to. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The local AWS with the service in it, and the command line beside it, each a process. */
export interface Here {
  endpoint: string;
  /** Of the stack. */
  outputs: Record<string, string>;
  /** With `--local`, without a terminal. */
  tablekeep(...args: string[]): Promise<Ended>;
  /** The same; Ctrl-C is pressed once standard error says this. */
  interrupted(when: string, ...args: string[]): Promise<Ended>;
  /** The only document on standard output. */
  json<Answer>(...args: string[]): Promise<Answer>;
  /** Until it answers something. */
  until<Answer>(look: () => Promise<Answer | undefined | false>, what: string): Promise<Answer>;
  stop(): Promise<void>;
}

export async function begin(): Promise<Here> {
  const port = await freePort();
  const PORT = `${port}`;
  const service = spawn(process.execPath, [...program, 'local'], { cwd: root, env: { ...process.env, PORT } });
  const said = await ready(service);
  const tablekeep = (...args: string[]) => command([...args, '--local'], { PORT });
  return {
    endpoint: `http://127.0.0.1:${PORT}`,
    outputs: Object.fromEntries([...said.matchAll(/^ {2}(\w+): (.*)$/gm)].map(([, name, value]) => [name, value])),
    tablekeep,
    interrupted: (when, ...args) => command([...args, '--local'], { PORT }, when),
    async json(...args) {
      const { out, err } = await tablekeep(...args, '--json');
      if (out === '') throw new Error(`${args.join(' ')} printed no document: ${err}`);
      return JSON.parse(out);
    },
    async until(look, what) {
      for (const end = Date.now() + 120_000; Date.now() < end; ) {
        const answer = await look();
        if (answer) return answer;
        await new Promise((go) => setTimeout(go, 500));
      }
      throw new Error(`Waited in vain: ${what}`);
    },
    async stop() {
      service.kill('SIGTERM');
      if (service.exitCode === null) await once(service, 'exit');
    },
  };
}

/** Runs the command line as a process, in the zone of Berlin. */
export async function command(
  args: string[],
  environment: Record<string, string> = {},
  interruptedWhen?: string,
): Promise<Ended> {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: root,
    env: { ...process.env, TZ: 'Europe/Berlin', NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  let isInterrupted = false;
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk;
    if (interruptedWhen === undefined || isInterrupted || !said.err.includes(interruptedWhen)) return;
    isInterrupted = child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

/** What it said until it was ready. */
async function ready(service: ChildProcess): Promise<string> {
  let said = '';
  await new Promise<void>((go, stop) => {
    const listen = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('ready:')) go();
    };
    service.stdout?.on('data', listen);
    service.stderr?.on('data', listen);
    service.on('exit', () => stop(new Error(`The local AWS has ended: ${said}`)));
  });
  return said;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
