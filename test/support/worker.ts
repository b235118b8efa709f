import type { VirtualClock } from '../../local/clock.ts';
import { sleep } from '../../local/clock.ts';
import type { InProcess, SdkRequest } from '../../local/transport.ts';
import type { Credentials } from '../../shared/aws/client.ts';
import type { Clock } from '../../shared/clock.ts';

/**
 * What happens to a worker at one of its points: it dies, it stands still for so long, or it dies with a request on its
 * way that arrives so much later.
 */
export type Mishap = 'kill' | { freezeMs: number } | { arrivesMs: number };

/** Where a worker is: about to sign, with a signed request, with an answer that it has not read, or in a sleep. */
export type Moment = 'unsigned' | 'signed' | 'answered' | 'asleep';

/** Chooses mishaps: asked at every point, with its number. Sleeps have numbers of their own, below zero. */
export type Fate = (point: number, moment: Moment, request?: SdkRequest) => Mishap | undefined;

/** A promise of its own each time: what waits for one that everybody shares is never forgotten. */
const never = (): Promise<never> => new Promise(() => {});

/** After so long an HTTP client gives a request up; the simulated transport has no client to do it. */
const requestTimeoutMs = 10_000;

/**
 * One process of the service: each call to AWS passes a point before it is signed, before it takes effect and before
 * its answer arrives, and at each point, as in each sleep, the process may die or stand still. What happens between two
 * points has no effect on the world, so these are all.
 */
export class Worker {
  points = 0;
  /** How often it has looked at its clock. */
  readings = 0;
  #sleeps = 0;
  isDead = false;
  name = '';
  onDeath: () => void = () => {};
  #frozenUntil = 0;
  readonly #clock: VirtualClock;
  readonly #fate: Fate;

  /** How far this process's own clock is ahead; it may jump. */
  skewMs: number;

  constructor(clock: VirtualClock, fate: Fate = () => undefined, skewMs = 0) {
    this.#clock = clock;
    this.skewMs = skewMs;
    this.#fate = fate;
  }

  get clock(): Clock {
    return {
      now: () => {
        this.readings++;
        return this.#clock.now() + this.skewMs;
      },
      sleep: async (ms) => {
        if (ms > 0) {
          this.#strike(-++this.#sleeps, 'asleep');
          await sleep(this.#clock, ms);
        }
        await this.#standing();
      },
    };
  }

  /** As `requestHandler` of this worker's clients. */
  handler(transport: InProcess): Record<string, unknown> {
    return {
      handle: async (request: SdkRequest) => {
        await this.#point('signed', request, () => transport.handle(request));
        const answer = await Promise.race([transport.handle(request), this.#timeout()]);
        await this.#point('answered', request);
        return answer;
      },
    };
  }

  /** The SDK asks for keys before each signature, as these are always about to expire: a point before signing. */
  credentials(accessKeyId: string): () => Promise<Credentials> {
    return async () => {
      await this.#point('unsigned');
      return { accessKeyId, secretAccessKey: 'secret', expiration: new Date(this.#clock.now() + 60_000) };
    };
  }

  kill(): void {
    this.isDead = true;
    this.onDeath();
  }

  async #timeout(): Promise<never> {
    await sleep(this.#clock, requestTimeoutMs);
    throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
  }

  async #point(moment: Moment, request?: SdkRequest, send?: () => Promise<unknown>): Promise<void> {
    this.#strike(this.isDead ? 0 : this.points++, moment, request, send);
    return this.#standing();
  }

  #strike(point: number, moment: Moment, request?: SdkRequest, send = async (): Promise<unknown> => undefined): void {
    const mishap = this.isDead ? undefined : this.#fate(point, moment, request);
    if (mishap === undefined) return;
    const now = this.#clock.now();
    if (mishap !== 'kill' && 'freezeMs' in mishap) {
      this.#frozenUntil = now + mishap.freezeMs;
      return;
    }
    this.kill();
    // Nobody is there to read the answer.
    if (mishap !== 'kill') this.#clock.at(now + mishap.arrivesMs, () => send().catch(() => {}));
  }

  /** A dead process never goes on, a frozen one later. */
  async #standing(): Promise<void> {
    if (this.isDead) return never();
    if (this.#clock.now() < this.#frozenUntil) await sleep(this.#clock, this.#frozenUntil - this.#clock.now());
    if (this.isDead) return never();
  }
}
