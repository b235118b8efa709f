import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { createAws, type LocalAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { dynamodb, type Inspection } from '../../local/dynamodb/dynamodb.ts';
import type { Options } from '../../local/dynamodb/options.ts';
import { createEventBridge } from '../../local/eventbridge/eventbridge.ts';
import { installGlobals } from '../../local/globals.ts';
import { createIam, type LocalIam } from '../../local/iam/iam.ts';
import { kms } from '../../local/kms.ts';
import type { Runner } from '../../local/lambda/runner.ts';
import { type Random, seededRandom } from '../../local/random.ts';
import type { Call, Service } from '../../local/service.ts';
import { allServices } from '../../local/services.ts';
import { createSts } from '../../local/sts.ts';
import { tagging } from '../../local/tagging.ts';
import { dynamoDbOf } from '../../shared/aws/dynamodb.ts';
import type { Worker } from '../support/worker.ts';

export const hub = { account: '123456789012', region: 'us-east-1' };
export const startAt = Date.UTC(2026, 0, 31, 2);

/** The AWS of a story: time, chance and ids of the whole process are the story's until `leave`. */
export interface Place {
  aws: LocalAws;
  clock: VirtualClock;
  iam: LocalIam;
  random: Random;
  store: Service & Inspection;
  /** Runs what a process of the service does: the SDK signs by that process's clock. */
  inside<T>(worker: Worker, work: () => T): T;
  /** Whose call is being made: a process of the service, or somebody else. */
  process(): string;
  /** As the administrator. */
  call<T = Record<string, unknown>>(operation: string, input: Record<string, unknown>, service?: string): Promise<T>;
  leave(): void;
}

const noRunner: Runner = () => {
  throw new Error('Functions run from their source here.');
};

const quick: Options = { createTableMs: 1, deleteTableMs: 1, continuousBackupsMs: 1 };

export interface PlaceOptions {
  seed: number;
  /** With every service of AWS, S3 and the settings of tables included. */
  isWhole: boolean;
  dynamodb: Options;
  latencyMs(call: Call): number;
}

export async function enter({ seed, isWhole, dynamodb: options, latencyMs }: PlaceOptions): Promise<Place> {
  await warmUp();
  const clock = new VirtualClock(startAt);
  const random = seededRandom(seed + 1000);
  const own = new AsyncLocalStorage<Worker>();
  const skewMs = () => own.getStore()?.skewMs ?? 0;
  const itsClock = {
    now: () => clock.now() + skewMs(),
    at: (instant: number, task: () => void) => clock.at(instant - skewMs(), task),
  };
  const uninstall = [installGlobals(itsClock, random), seedCrypto(seededRandom(seed + 2000))];
  const iam = createIam({ clock, random, account: hub.account });
  let store: (Service & Inspection) | undefined;
  const aws = createAws({
    clock,
    iam,
    seed,
    latencyMs,
    services: (core) => {
      if (isWhole) {
        const whole = allServices(core, { iam, runner: noRunner, dynamodb: { ...quick, ...options } });
        store = whole.dynamodb;
        return whole.all;
      }
      const keys = kms(core);
      store = dynamodb(core, { ...quick, ...options });
      const tables = { type: 'dynamodb:table', resources: store.taggedTables };
      return [store, keys, tagging(core, [tables]), createEventBridge(core), createSts(iam)];
    },
  });
  if (store === undefined) throw new Error('no store');
  return {
    ...{ aws, clock, iam, random, store },
    inside: (worker, work) => own.run(worker, work),
    process: () => own.getStore()?.name ?? 'others',
    call: (operation, input, service = 'dynamodb') =>
      aws.core.call({ service, operation, input, caller: iam.caller(hub.account), ...hub }) as never,
    leave: () => {
      for (const one of uninstall) one();
    },
  };
}

/** Ids that the process draws for itself come from the story, too. */
function seedCrypto(random: Random): () => void {
  const { randomBytes, randomUUID } = crypto;
  const seeded = (size: number) => Buffer.from(random.hex(size * 2), 'hex');
  Object.assign(crypto, { randomBytes: seeded, randomUUID: () => random.uuid() });
  syncBuiltinESMExports();
  return () => {
    Object.assign(crypto, { randomBytes, randomUUID });
    syncBuiltinESMExports();
  };
}

/** The first call of the SDK in a process reads configuration files, which no virtual clock waits for. */
async function warmUp(): Promise<void> {
  const handle = async () => ({ response: { statusCode: 200, headers: {}, body: new TextEncoder().encode('{}') } });
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  await dynamoDbOf({ credentials, requestHandler: { handle } }, hub.region).listTables();
}
