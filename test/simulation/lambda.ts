import type { SdkRequest } from '../../local/transport.ts';
import { receive } from '../../shared/door.ts';
import { exportDoor, exportTable } from '../../shared/export/trigger.ts';
import { importDoor, importTable } from '../../shared/import/trigger.ts';
import { restore, restoreDoor } from '../../shared/restore/trigger.ts';
import { applyRetention, retentionDoor } from '../../shared/retention/trigger.ts';
import { beat } from '../../shared/run/heartbeat.ts';
import { startRun } from '../../shared/run/start.ts';
import { takeBackups, takeBackupsDoor } from '../../shared/run/take.ts';
import { startRunDoor } from '../../shared/run/wish.ts';
import type { Invocation, World } from '../../shared/world.ts';
import { type Fate, Worker } from '../support/worker.ts';
import type { Faults } from './faults.ts';
import type { Installation } from './installation.ts';
import type { Place } from './place.ts';
import type { Story } from './story.ts';

type Act = (world: World, event: unknown, invocation: Invocation) => Promise<unknown>;

/** The functions as functions/ puts them together: the event is read at the door, and acted on. */
const functions = {
  'start-run': (world, event, invocation) => startRun(world)(receive(startRunDoor, event), invocation),
  'take-backups': (world, event, invocation) => takeBackups(world)(receive(takeBackupsDoor, event), invocation),
  'apply-retention': (world, event, invocation) => applyRetention(world)(receive(retentionDoor, event), invocation),
  heartbeat: (world) => beat(world)(),
  restore: (world, event, invocation) => restore(world)(receive(restoreDoor, event), invocation),
  import: (world, event, invocation) => importTable(world)(receive(importDoor, event), invocation),
  export: (world, event, invocation) => exportTable(world)(receive(exportDoor, event), invocation),
} satisfies Record<string, Act>;

export type FunctionName = keyof typeof functions;

/** One environment of a function, which takes one invocation at a time and outlives it. */
interface Environment {
  world: World;
  worker: Worker;
  version: number;
  isBusy: boolean;
}

/** Lambda invokes again after an error: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const retryAfterMs = [60_000, 120_000];
const longestInvocationMs = 900_000;

/** The SDK's JSON protocols name the operation in a header, S3's has methods and paths. */
function operationOf(request: SdkRequest | undefined): { operation?: string } {
  if (request === undefined) return {};
  const { headers, method, path } = request;
  return { operation: headers['x-amz-target']?.split('.').at(-1) ?? `${method} ${path.split('/').at(-1)}` };
}

/** Under and over a claim's minute, the five minutes of a signature, and what a claim takes to settle. */
const freezesMs = [5000, 70_000, 100_000, 250_000, 290_000, 400_000, 500_000] as const;
const jumpsMs = [1000, -1000, 5000, -5000, 60_000, -60_000, 400_000, -400_000] as const;

const wrongForMs = 300_000;

/** Lambda as EventBridge uses it: asynchronous, with retries, timeouts, and environments that die or stand still. */
export class Lambda {
  /** Errors of the last attempts: what goes to an on-failure destination. */
  readonly failures: unknown[] = [];
  running = 0;
  /** Invocations that will be. */
  waiting = 0;
  readonly #place: Place;
  readonly #story: Story;
  readonly #faults: Faults;
  readonly #around: (world: World) => World;
  readonly #environments = new Map<string, Environment[]>();
  /** Numbers of installations, by the names of their processes. */
  readonly installations = new Map<string, number>();
  #invocations = 0;
  #environmentsMade = 0;

  constructor(place: Place, story: Story, faults: Faults, around: (world: World) => World) {
    this.#place = place;
    this.#story = story;
    this.#faults = faults;
    this.#around = around;
  }

  /** Starts a function after so long; a worker that dies is started again like one that throws. */
  invoke(of: Installation, name: FunctionName, event: unknown, afterMs = 0): void {
    const id = `invocation-${++this.#invocations}`;
    this.#later(afterMs, () => this.#attempt(of, name, event, id, 0));
  }

  #later(afterMs: number, start: () => void): void {
    const { clock } = this.#place;
    this.waiting++;
    clock.at(clock.now() + afterMs, () => {
      this.waiting--;
      start();
    });
  }

  #attempt(of: Installation, name: FunctionName, event: unknown, id: string, attempt: number): void {
    const { clock } = this.#place;
    const environment = this.#environment(of, name);
    const { world, worker } = environment;
    const isShort = this.#faults.strikes('timedOut', `${name} ${id}.${attempt}`);
    const lastsMs = isShort ? this.#story.shortInvocationMs : longestInvocationMs;
    let isOver = false;
    const end = (error?: unknown) => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.running--;
      environment.isBusy = false;
      if (error === undefined) return;
      const retryMs = name === 'heartbeat' ? undefined : retryAfterMs[attempt];
      if (retryMs === undefined) this.failures.push(error);
      else this.#later(retryMs, () => this.#attempt(of, name, event, id, attempt + 1));
    };
    const cancel = clock.at(clock.now() + lastsMs, () => {
      worker.kill();
      end(new Error('Task timed out'));
    });
    worker.onDeath = () => end(new Error('Runtime exited'));
    this.running++;
    environment.isBusy = true;
    this.#place.inside(worker, () => {
      const act: Act = functions[name];
      const endsAt = clock.now() + worker.skewMs + lastsMs;
      // A handler is called by the runtime, never at once.
      Promise.resolve()
        .then(() => act(world, event, { id, endsAt }))
        .then(() => end(), end);
    });
  }

  /** A clock that was set wrongly is set right some minutes later. */
  #jump(worker: Worker, ms: number): void {
    const { clock } = this.#place;
    worker.skewMs += ms;
    clock.at(clock.now() + wrongForMs, () => {
      worker.skewMs -= ms;
    });
  }

  /** One that is there and has nothing to do, or a new one. */
  #environment(of: Installation, name: FunctionName): Environment {
    const key = `${of.number}/${name}`;
    const all = this.#environments.get(key) ?? [];
    this.#environments.set(key, all);
    const idle = all.find(({ isBusy, worker, version }) => !isBusy && !worker.isDead && version === of.version);
    if (idle !== undefined) return idle;
    const { chance } = this.#faults;
    const place = `${name} ${this.#environmentsMade++}`;
    const skewMs = this.#faults.strikes('skew', place) ? chance.whole(`${place} skew`, -1500, 1500) : 0;
    const fate: Fate = (point, moment, request) => {
      const at = moment === 'asleep' ? `${place} sleep ${-point}` : `${place} point ${point}`;
      const { readings } = worker;
      this.#faults.pass({
        ...{ name: at, process: place, moment, at: this.#place.clock.now(), readings },
        ...operationOf(request),
      });
      // By chance, sleeps end badly at the points of what else a process does.
      if (moment === 'asleep' && this.#story.only === undefined) return undefined;
      if (this.#faults.strikes('clockJump', at)) this.#jump(worker, chance.oneOf(`${at} by`, ...jumpsMs));
      const { arrivesMs } = this.#story;
      if (this.#faults.strikes('killed', at)) return arrivesMs === undefined ? 'kill' : { arrivesMs };
      if (!this.#faults.strikes('frozen', at)) return undefined;
      return { freezeMs: this.#story.freezeMs ?? chance.oneOf(`${at} for`, ...freezesMs) };
    };
    const worker: Worker = new Worker(this.#place.clock, fate, skewMs);
    worker.name = place;
    this.installations.set(place, of.number);
    const environment = { world: this.#around(of.world(worker)), worker, version: of.version, isBusy: false };
    all.push(environment);
    return environment;
  }
}
