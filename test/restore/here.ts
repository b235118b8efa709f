import type { Received } from '../../shared/door.ts';
import type { Answer } from '../../shared/restore/ask.ts';
import { type RestoreTask, restoreFrom } from '../../shared/restore/restore-task.ts';
import { restore, type restoreDoor } from '../../shared/restore/trigger.ts';
import { beat } from '../../shared/run/heartbeat.ts';
import { taskKey } from '../../shared/task/task.ts';
import type { World } from '../../shared/world.ts';
import type { Fate, Worker } from '../support/worker.ts';
import { catalogName, type Local, type LocalOptions, local, type Told } from '../support/world.ts';

/** A request that is right in all but what a test is about. */
export const reason = 'somebody deleted it';

export interface RestoreHere extends Local {
  thrown: unknown[];
  workers: Worker[];
  /** Operations that were called, without those of the catalog and the heartbeat. */
  calls: string[];
  /** By hand: the answer of the invocation. */
  ask(request: unknown, fate?: Fate): Promise<Answer>;
  /** By event. */
  send(detail: unknown, id?: string, more?: { at?: number; account?: string; isReplayed?: boolean }): void;
  factsOf(type: string): Told[];
  /** Lets time pass until the promise is there. */
  done<T>(work: Promise<T>, withinMs?: number): Promise<T>;
  taskOf(id: string): Promise<RestoreTask>;
  untilEnded(ends?: number, withinMs?: number): Promise<void>;
  backUp(table: string): Promise<string>;
  putItems(table: string, count: number): Promise<void>;
}

export interface RestoreOptions extends LocalOptions {
  /** Mishaps of the n-th environment of restore, from 0. */
  fateOf?: (environment: number) => Fate | undefined;
  around?: (world: World) => World;
  deliveries?: number;
}

/** The local AWS with the function restore and the heartbeat, as the deployment wires them. */
export async function restoreHere(options: RestoreOptions = {}): Promise<RestoreHere> {
  const here = await local({ isWhole: true, ...options });
  const { clock, facts } = here;
  const thrown: unknown[] = [];
  const workers: Worker[] = [];
  const calls: string[] = [];
  let invocations = 0;

  here.aws.onCall(({ call }) => {
    if (call.input.TableName === catalogName || call.operation === 'PutEvents') return;
    calls.push(call.operation);
  });

  const inWorld = (fate?: Fate) => {
    const { world, worker } = here.world(fate ?? options.fateOf?.(invocations));
    workers.push(worker);
    const invocation = { id: `invocation-${++invocations}`, endsAt: clock.now() + 900_000 };
    clock.at(invocation.endsAt, () => worker.kill());
    return { world: options.around?.(world) ?? world, invocation };
  };
  const invoke = (received: Received<typeof restoreDoor>, fate?: Fate): Promise<Answer> => {
    const { world, invocation } = inWorld(fate);
    return restore(world)(received, invocation);
  };
  const heart = here.world().world;
  const everyMinute = () => {
    beat(heart)().catch((error: unknown) => thrown.push(error));
    clock.at(clock.now() + 60_000, everyMinute);
  };
  clock.at(clock.now() + 30_000, everyMinute);
  const push = facts.push.bind(facts);
  facts.push = (...told) => {
    for (const { type, detail } of told) {
      if (type !== 'Work Due' || detail.work !== 'task') continue;
      for (let delivery = 0; delivery < (options.deliveries ?? 1); delivery++) {
        const received = { type, detail, envelope: envelopeOf('due') } as unknown as Received<typeof restoreDoor>;
        clock.at(
          clock.now() + 20 + delivery,
          () => void invoke(received).catch((error: unknown) => thrown.push(error)),
        );
      }
    }
    return push(...told);
  };
  const envelopeOf = (id: string, more = {}) => ({
    id,
    account: '123456789012',
    source: 'test',
    at: clock.now(),
    isReplayed: false,
    ...more,
  });

  const done = async <T>(work: Promise<T>, withinMs = 3_600_000): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await here.until(() => isOver, withinMs);
    if (!isOver) throw new Error('Not done in time.');
    return work;
  };
  const ended = () => facts.filter(({ type }) => /^Restore (Completed|Failed)$/.test(type)).length;

  return Object.assign(here, {
    thrown,
    workers,
    calls,
    ask: (request: unknown, fate?: Fate) => done(invoke({ type: 'bare', detail: request } as never, fate)),
    send(detail: unknown, id = 'event-1', more = {}) {
      const received = { type: 'Restore Requested', detail, envelope: envelopeOf(id, more) };
      invoke(received as never).catch((error: unknown) => thrown.push(error));
    },
    factsOf: (type: string) => facts.filter((fact) => fact.type === type),
    done,
    taskOf: async (id: string) => {
      const item = await done(here.world().world.catalog.get(taskKey(id)));
      return restoreFrom(item ?? {});
    },
    async untilEnded(ends = 1, withinMs = 24 * 3_600_000) {
      await here.until(() => ended() >= ends, withinMs);
      await clock.run(clock.now() + 5000);
    },
    async backUp(table: string) {
      const made = await here.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
        TableName: table,
        BackupName: `by-hand-${table}`,
      });
      await clock.run(clock.now() + 10_000);
      return made.BackupDetails.BackupArn;
    },
    async putItems(table: string, count: number) {
      for (let n = 0; n < count; n++) {
        await done(here.call('PutItem', { TableName: table, Item: { id: { S: `item-${n}` }, n: { N: String(n) } } }));
      }
    },
  });
}
