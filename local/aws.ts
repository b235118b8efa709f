import { administrators } from './administrators.ts';
import { type Clock, realClock, VirtualClock } from './clock.ts';
import { performer, type Told } from './perform.ts';
import { seededRandom } from './random.ts';
import {
  AwsError,
  type Call,
  type Core,
  type Iam,
  type Intercept,
  type Service,
  type WireAnswer,
  type WireRequest,
} from './service.ts';
import { wireDoor } from './wire/door.ts';

export interface AwsOptions {
  services: (core: Core) => Service[];
  /** The machine's clock when absent. */
  clock?: Clock;
  /** The same seed gives the same ids and the same chance. */
  seed?: number;
  account?: string;
  region?: string;
  /** Where clients are told to reach it, http://127.0.0.1:4566 when absent. */
  endpoint?: string;
  /** Every caller is an administrator when absent. */
  iam?: Iam;
  /** How long a call by wire is on its way before it arrives. */
  latencyMs?: (call: Call) => number;
}

/** A whole AWS in this process. */
export interface LocalAws {
  core: Core;
  clock: Clock;
  /** Answers a request as AWS does; rejects with `ConnectionLost` only when an interceptor says so. */
  handle(request: WireRequest): Promise<WireAnswer>;
  /** Puts `fn` around every operation, outside of those put earlier; the answer takes it away again. */
  intercept(fn: Intercept): () => void;
  onCall(listener: (told: Told) => void): () => void;
  /** Throws for a name that no service has. */
  service(name: string): Service;
}

/** Twelve digits that AWS's own documentation uses. */
const defaultAccount = '123456789012';

/** An AWS of these services, empty at first. `createWholeAws` of services.ts makes one of all that there are. */
export function createAws(options: AwsOptions): LocalAws {
  const { clock = realClock(), account = defaultAccount, region = 'us-east-1' } = options;
  const iam = options.iam ?? administrators(account);
  const random = seededRandom(options.seed ?? 1);
  const intercepts: Intercept[] = [];
  const listeners = new Set<(told: Told) => void>();

  const core: Core = {
    clock,
    random,
    account,
    region,
    endpoint: options.endpoint ?? 'http://127.0.0.1:4566',
    call: async (call) => perform({ ...call, requestId: random.uuid() }),
    during: (work) => (clock instanceof VirtualClock ? clock.during(work) : work),
  };
  const services = new Map(options.services(core).map((service) => [service.name, service]));
  const service = (name: string): Service => {
    const found = services.get(name);
    if (found === undefined) throw new AwsError('UnknownServiceException', `There is no service ${name} here.`, 404);
    return found;
  };
  const perform = performer({ clock, iam, service, intercepts, listeners });

  return {
    core,
    clock,
    service,
    handle: wireDoor({ core, services, iam, perform, ...(options.latencyMs && { latencyMs: options.latencyMs }) }),
    intercept(fn) {
      intercepts.push(fn);
      return () => {
        const index = intercepts.indexOf(fn);
        if (index >= 0) intercepts.splice(index, 1);
      };
    },
    onCall(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
