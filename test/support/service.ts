import type { VirtualClock } from '../../local/clock.ts';
import { beat } from '../../shared/run/heartbeat.ts';
import { startRun } from '../../shared/run/start.ts';
import { takeBackups } from '../../shared/run/take.ts';
import type { World } from '../../shared/world.ts';
import type { Fate, Worker } from './worker.ts';
import type { Local, Told } from './world.ts';

/** How Lambda would treat a function: a time limit, and what becomes of each of its environments. */
export interface ServiceOptions {
  invocationMs?: number;
  /** Mishaps of the n-th environment of take-backups, from 0. */
  fateOf?: (environment: number) => Fate | undefined;
  /** Mishaps of the n-th environment of start-run, from 0. */
  fateOfStart?: (environment: number) => Fate | undefined;
  /** Deliveries of every event; EventBridge promises at least one. */
  deliveries?: number;
  /** How far the clock of the n-th environment of take-backups is ahead. */
  skewOf?: (environment: number) => number;
  /** Puts something around a new world of take-backups. */
  around?: (world: World) => World;
}

export interface LocalService {
  /** What invocations threw. */
  thrown: unknown[];
  workers: Worker[];
  fire(plan: string, at?: number): void;
  request(detail: Record<string, unknown>, id?: string): void;
  factsOf(type: string): Told[];
  /** Until that many runs have ended, or were skipped. */
  untilEnded(runs?: number, withinMs?: number): Promise<void>;
}

/** The functions of the run as the deployment wires them: events start them, the heartbeat comes every minute. */
export function service(local: Local, options: ServiceOptions = {}): LocalService {
  const { clock, facts } = local;
  const { invocationMs = 900_000, deliveries = 1 } = options;
  const thrown: unknown[] = [];
  const workers: Worker[] = [];
  let invocations = 0;
  let environments = 0;
  let starts = 0;

  const invoke = (
    work: (world: World, invocation: { id: string; endsAt: number }) => Promise<unknown>,
    fate?: Fate,
    skewMs?: number,
  ) => {
    const { world, worker } = local.world(fate, skewMs);
    workers.push(worker);
    const invocation = { id: `invocation-${++invocations}`, endsAt: clock.now() + invocationMs };
    // Lambda ends an invocation that is late, whatever it is doing.
    clock.at(invocation.endsAt, () => worker.kill());
    work(world, invocation).catch((error: unknown) => thrown.push(error));
  };
  const take = (detail: Record<string, unknown>) => {
    const environment = environments++;
    invoke(
      (world, invocation) =>
        takeBackups(options.around?.(world) ?? world)(
          { type: 'bare', detail: { run: String(detail.run ?? detail.key) } },
          invocation,
        ),
      options.fateOf?.(environment),
      options.skewOf?.(environment),
    );
  };
  listen(local, (told) => {
    const isOurs = told.type === 'Run Requested' || (told.type === 'Work Due' && told.detail.work === 'run');
    if (!isOurs) return;
    for (let delivery = 0; delivery < deliveries; delivery++)
      clock.at(clock.now() + 20 + delivery, () => take(told.detail));
  });
  const everyMinute = () => {
    invoke((world) => beat(world)());
    clock.at(clock.now() + 60_000, everyMinute);
  };
  clock.at(clock.now() + 30_000, everyMinute);

  const ended = () => facts.filter(({ type }) => /^Run (Completed|Failed|Skipped)$/.test(type)).length;
  return {
    thrown,
    workers,
    fire(plan, at = clock.now()) {
      const scheduledAt = new Date(at).toISOString();
      for (let delivery = 0; delivery < deliveries; delivery++) {
        invoke(
          (world, invocation) => startRun(world)({ type: 'bare', detail: { plan, scheduledAt } }, invocation),
          options.fateOfStart?.(starts++),
        );
      }
    },
    request(detail, id = 'request-1') {
      const envelope = { id, account: '123456789012', source: 'test', at: clock.now(), isReplayed: false };
      invoke((world, invocation) =>
        startRun(world)({ type: 'Backup Requested', detail: detail as never, envelope }, invocation),
      );
    },
    factsOf: (type) => facts.filter((fact) => fact.type === type),
    async untilEnded(runs = 1, withinMs = 6 * 3_600_000) {
      await local.until(() => ended() >= runs, withinMs);
      // What is left after the last event: the run forgets its driver.
      await clock.run(clock.now() + 2000);
    },
  };
}

function listen({ clock, facts }: { clock: VirtualClock; facts: Told[] }, listener: (told: Told) => void): void {
  const push = facts.push.bind(facts);
  facts.push = (...told) => {
    for (const one of told) clock.at(clock.now() + 1, () => listener(one));
    return push(...told);
  };
}
