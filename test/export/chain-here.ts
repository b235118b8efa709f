import { gunzipSync } from 'node:zlib';
import { type Chain, chainsOf } from '../../shared/export/chain/chain.ts';
import { roundId } from '../../shared/export/chain/firing.ts';
import { ChainLink } from '../../shared/export/chain-link.ts';
import { exportTable } from '../../shared/export/trigger.ts';
import type { ExportsSource } from '../../shared/plans/exports-definition.ts';
import { taskKey } from '../../shared/task/task.ts';
import type { Item, World } from '../../shared/world.ts';
import { bucketOf, makeBucket } from '../support/buckets.ts';
import { tasksHere } from '../support/tasks.ts';
import type { Fate, Worker } from '../support/worker.ts';
import { hub, type Local, type LocalOptions, local, type Told } from '../support/world.ts';
import { objectsOf } from './here.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Exports that are right in all but what a test is about; a firing each hour. */
export const lake: ExportsSource = {
  schedule: 'cron(0 * * * ? *)',
  tables: { include: ['*'] },
  bucket: 'archive',
  mode: 'incremental',
};

export interface ChainsOptions extends LocalOptions {
  lake?: Partial<ExportsSource>;
  /** Mishaps of the n-th environment of export, from 0. */
  fateOf?: (environment: number) => Fate | undefined;
  /** The heartbeat comes every minute unless said. */
  beatMs?: number;
}

/** A local AWS with a bucket, the function export, and the heartbeat, as the deployment wires them. */
export interface ChainsHere extends Local {
  thrown: unknown[];
  workers: Worker[];
  /** False: no heartbeat, as when AWS does not run us. */
  isUp: boolean;
  /** How far the clocks of new processes are ahead. */
  skewMs: number;
  world1: World;
  /** As Scheduler fires it; by another clock than ours. */
  fire(scheduledAt?: number): void;
  /** Lets time pass and fires at each full hour of it. */
  passFiring(ms: number, everyMs?: number): Promise<void>;
  pass(ms: number): Promise<void>;
  done<T>(work: Promise<T>): Promise<T>;
  table(name: string): Promise<void>;
  recovery(name: string, isOn: boolean): Promise<void>;
  put(table: string, id: string, n: number): Promise<void>;
  remove(table: string, id: string): Promise<void>;
  chains(): Promise<Chain[]>;
  round(): Promise<Item>;
  told(type: string): Told['detail'][];
  links(): { key: string; link: ChainLink }[];
  /** The items of a table as the administrator scans them, by their ids. */
  items(table: string): Promise<Map<string, unknown>>;
  object(key: string): string;
}

export async function chainsHere(options: ChainsOptions = {}): Promise<ChainsHere> {
  const dynamodb = { exportMs: () => 120_000, ...options.dynamodb };
  const exports = { lake: { ...lake, ...options.lake } };
  const here = await local({ isWhole: true, exportBuckets: 'archive', exports, ...options, dynamodb });
  const { clock, facts } = here;
  const extra = { isUp: true, skewMs: 0 };
  const created = Object.assign(here, extra) as unknown as ChainsHere;
  const { invoke, done, pass, thrown, workers } = tasksHere(here, {
    ...{ kind: 'Export', run: exportTable, fateOf: options.fateOf, beatMs: options.beatMs },
    isUp: () => created.isUp,
    skewMs: () => created.skewMs,
  });
  const objects = () => objectsOf(bucketOf(here, 'archive'));
  await makeBucket(here, 'archive');
  const round = { target: hub, plan: 'lake' };
  const world1 = here.world().world;

  return Object.assign(created, {
    ...{ world1, thrown, workers },
    done,
    pass,
    fire: (scheduledAt = clock.now()) =>
      invoke({ type: 'bare', detail: { exports: 'lake', scheduledAt: new Date(scheduledAt).toISOString() } }),
    async passFiring(ms: number, everyMs = hourMs) {
      const end = clock.now() + ms;
      for (let at = Math.floor(clock.now() / everyMs + 1) * everyMs; at <= end; at += everyMs) {
        await clock.run(at);
        created.fire(at);
      }
      await clock.run(end);
    },
    async table(name: string) {
      await done(here.createTable(name));
      await pass(5000);
      await created.recovery(name, true);
    },
    async recovery(TableName: string, PointInTimeRecoveryEnabled: boolean) {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled };
      await done(here.call('UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification }));
    },
    put: async (TableName: string, id: string, n: number) => {
      await done(here.call('PutItem', { TableName, Item: { id: { S: id }, n: { N: String(n) } } }));
    },
    remove: async (TableName: string, id: string) => {
      await done(here.call('DeleteItem', { TableName, Key: { id: { S: id } } }));
    },
    chains: () => done(chainsOf(world1, round)),
    round: async () => (await done(world1.catalog.get(taskKey(roundId(round))))) ?? {},
    told: (type: string) => facts.filter((fact) => fact.type === type).map(({ detail }) => detail),
    links: () =>
      objects()
        .filter(({ key }) => /\/chain\/[^/]+\/\d+\.json$/.test(key))
        .map(({ key, body }) => ({ key, link: ChainLink.parse(JSON.parse(Buffer.from(body).toString())) })),
    async items(TableName: string) {
      const { Items } = await done(here.call<{ Items: { id: { S: string } }[] }>('Scan', { TableName }));
      return new Map(Items.map((item) => [item.id.S, item]));
    },
    object: (key: string) => {
      const found = objects().find((one) => one.key === key);
      if (found === undefined) throw new Error(`no object ${key}`);
      return key.endsWith('.gz') ? gunzipSync(found.body).toString() : Buffer.from(found.body).toString();
    },
  });
}
