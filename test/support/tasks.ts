import { beat } from '../../shared/run/heartbeat.ts';
import { type Task, taskFrom, taskKey } from '../../shared/task/task.ts';
import type { Invocation, World } from '../../shared/world.ts';
import { done } from './done.ts';
import type { Fate, Worker } from './worker.ts';
import { catalogName, hub, type Local, type Told } from './world.ts';

const lambdaMs = 900_000;

/** A function that takes requests of one kind and goes on with its tasks, and what may happen to it. */
export interface TaskFunction<Answer> {
  /** As in the names of its events. */
  kind: 'Restore' | 'Export' | 'Import';
  run: (world: World) => (received: never, invocation: Invocation) => Promise<Answer>;
  /** Mishaps of its n-th environment, from 0. */
  fateOf?: ((environment: number) => Fate | undefined) | undefined;
  around?: ((world: World) => World) | undefined;
  /** How often each Work Due comes; once unless said. */
  deliveries?: number | undefined;
  /** The heartbeat comes every minute unless said. */
  beatMs?: number | undefined;
  /** False: nothing runs, as when AWS does not run us. */
  isUp?: (() => boolean) | undefined;
  /** How far the clocks of new processes are ahead. */
  skewMs?: (() => number) | undefined;
}

export interface Tasks<Answer, Kind extends Task> {
  thrown: unknown[];
  workers: Worker[];
  /** Operations that were called, without those of the catalog and the heartbeat. */
  calls: string[];
  /** By Lambda, with whatever came in; what it throws is kept. */
  invoke(received: unknown): void;
  /** By hand: the answer of the invocation. */
  ask(request: unknown, fate?: Fate): Promise<Answer>;
  /** By event. */
  send(detail: unknown, id?: string, more?: { at?: number; account?: string; isReplayed?: boolean }): void;
  factsOf(type: string): Told[];
  /** Lets time pass until the promise is there. */
  done<T>(work: Promise<T>, withinMs?: number): Promise<T>;
  pass(ms: number): Promise<void>;
  taskOf(id: string): Promise<Kind>;
  untilEnded(ends?: number, withinMs?: number): Promise<void>;
}

/** The function and the heartbeat, as the deployment wires them: each invocation has its own world and 15 minutes. */
export function tasksHere<Answer, Kind extends Task>(here: Local, it: TaskFunction<Answer>): Tasks<Answer, Kind> {
  const { clock, facts } = here;
  const thrown: unknown[] = [];
  const workers: Worker[] = [];
  const throws = (error: unknown) => void thrown.push(error);
  const envelopeOf = (id: string, more = {}) => ({
    id,
    account: hub.account,
    source: 'test',
    at: clock.now(),
    isReplayed: false,
    ...more,
  });

  const invoke = async (received: unknown, fate = it.fateOf?.(workers.length)): Promise<Answer> => {
    const { world, worker } = here.world(fate, it.skewMs?.());
    workers.push(worker);
    const invocation = { id: `invocation-${workers.length}`, endsAt: world.clock.now() + lambdaMs };
    clock.at(clock.now() + lambdaMs, () => worker.kill());
    return it.run(it.around?.(world) ?? world)(received as never, invocation);
  };
  const invokeIfUp = (received: unknown) => {
    if (it.isUp?.() !== false) invoke(received).catch(throws);
  };
  onWorkDue(here, `task#${it.kind.toLowerCase()}`, (detail) => {
    for (let delivery = 0; delivery < (it.deliveries ?? 1); delivery++) {
      const received = { type: 'Work Due', detail, envelope: envelopeOf('due') };
      clock.at(clock.now() + 20 + delivery, () => invokeIfUp(received));
    }
  });
  beatAlways(here, it, throws);

  const isEnd = ({ type }: Told) => type === `${it.kind} Completed` || type === `${it.kind} Failed`;
  const pass = (ms: number) => clock.run(clock.now() + ms);
  return {
    thrown,
    workers,
    calls: callsOf(here),
    invoke: invokeIfUp,
    ask: (request, fate) => done(here, invoke({ type: 'bare', detail: request }, fate)),
    send(detail, id = 'event-1', more = {}) {
      const received = { type: `${it.kind} Requested`, detail, envelope: envelopeOf(id, more) };
      invokeIfUp(received);
    },
    factsOf: (type) => facts.filter((fact) => fact.type === type),
    done: (work, withinMs) => done(here, work, withinMs),
    pass,
    taskOf: async (id) => taskFrom<Kind>((await done(here, here.world().world.catalog.get(taskKey(id)))) ?? {}),
    async untilEnded(ends = 1, withinMs = 24 * 3_600_000) {
      await here.until(() => facts.filter(isEnd).length >= ends, withinMs);
      await pass(5000);
    },
  };
}

function onWorkDue({ facts }: Local, prefix: string, take: (detail: Told['detail']) => void): void {
  const push = facts.push.bind(facts);
  facts.push = (...told) => {
    for (const { type, detail } of told) {
      if (type === 'Work Due' && detail.work === 'task' && String(detail.key).startsWith(prefix)) take(detail);
    }
    return push(...told);
  };
}

function beatAlways(
  { clock, world }: Local,
  { beatMs = 60_000, isUp = () => true, skewMs = () => 0 }: Pick<TaskFunction<unknown>, 'beatMs' | 'isUp' | 'skewMs'>,
  throws: (error: unknown) => void,
): void {
  const hearts = new Map<number, ReturnType<typeof beat>>();
  const next = () => {
    const heart = hearts.get(skewMs()) ?? beat(world(undefined, skewMs()).world);
    hearts.set(skewMs(), heart);
    if (isUp()) heart().catch(throws);
    clock.at(clock.now() + beatMs, next);
  };
  clock.at(clock.now() + 30_000, next);
}

function callsOf({ aws }: Local): string[] {
  const calls: string[] = [];
  aws.onCall(({ call }) => {
    if (call.input.TableName === catalogName || call.operation === 'PutEvents') return;
    calls.push(call.operation);
  });
  return calls;
}
