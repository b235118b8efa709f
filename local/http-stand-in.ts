import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { LocalAws } from './aws.ts';
import type { Clock } from './clock.ts';
import type { WireAnswer, WireRequest } from './service.ts';

/** What of `node:http` and `node:https` the SDK's clients use; both stand-ins are the same object. */
export interface HttpModule {
  request(options: RequestOptions, onResponse?: (response: Readable) => void): Writable;
  Agent: typeof StandInAgent;
  globalAgent: StandInAgent;
}

interface RequestOptions {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  agent?: unknown;
}

/**
 * A module to give a bundle instead of `node:http` and `node:https`: whatever host a request names, the local AWS in this
 * process answers it, without a socket and in the same order every time.
 */
export function httpStandIn(aws: Pick<LocalAws, 'handle' | 'clock'>): HttpModule {
  const globalAgent = new StandInAgent();
  return {
    request(options, onResponse) {
      const request = new StandInRequest(
        aws,
        options,
        options.agent instanceof StandInAgent ? options.agent : globalAgent,
      );
      if (onResponse !== undefined) request.once('response', onResponse);
      return request;
    },
    Agent: StandInAgent,
    globalAgent,
  };
}

/** Lets as many requests out at once as it has sockets; the others queue, as with Node's own. */
export class StandInAgent {
  readonly keepAlive: boolean;
  readonly maxSockets: number;
  readonly sockets = {};
  readonly requests = {};
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(options: { keepAlive?: boolean; maxSockets?: number } = {}) {
    this.keepAlive = options.keepAlive ?? false;
    this.maxSockets = options.maxSockets ?? Number.POSITIVE_INFINITY;
    this.#free = this.maxSockets;
  }

  /** Resolves once a socket is free; the answer gives it back. */
  async socket(): Promise<() => void> {
    if (this.#free === 0) await new Promise<void>((free) => this.#waiting.push(free));
    else this.#free--;
    return () => {
      const next = this.#waiting.shift();
      if (next !== undefined) next();
      else this.#free++;
    };
  }

  destroy(): void {}
}

/** A socket as far as clients set its time limit, which is measured by the local AWS's clock. */
class StandInSocket extends EventEmitter {
  readonly connecting = false;
  readonly #clock: Clock;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  setTimeout(ms: number, listener: () => void): this {
    this.#cancel();
    if (ms > 0) this.#cancel = this.#clock.at(this.#clock.now() + ms, listener);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  destroy(): this {
    this.#cancel();
    return this;
  }
}

/** As `http.ClientRequest`. */
class StandInRequest extends Writable {
  readonly socket: StandInSocket;
  readonly #aws: Pick<LocalAws, 'handle' | 'clock'>;
  readonly #options: RequestOptions;
  readonly #agent: StandInAgent;
  #chunks: Uint8Array[] = [];
  #giveBack = () => {};

  constructor(aws: Pick<LocalAws, 'handle' | 'clock'>, options: RequestOptions, agent: StandInAgent) {
    super({ autoDestroy: false });
    this.#aws = aws;
    this.#options = options;
    this.#agent = agent;
    this.socket = new StandInSocket(aws.clock);
  }

  setTimeout(ms: number, listener: () => void): this {
    this.socket.setTimeout(ms, listener);
    return this;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    done();
    void this.#send();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.destroy();
    this.#giveBack();
    done(error);
  }

  async #send(): Promise<void> {
    const giveBack = await this.#agent.socket();
    if (this.destroyed) return giveBack();
    this.#giveBack = giveBack;
    try {
      const answer = await this.#aws.handle(this.#wire());
      if (!this.destroyed) this.#respond(answer);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #wire(): WireRequest {
    const { method = 'GET', path: target = '/', headers = {} } = this.#options;
    const [path = '/', query = ''] = target.split('?');
    const lower = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    return { method, path, query, headers: lower, body: Buffer.concat(this.#chunks) };
  }

  #respond({ status, headers, body }: WireAnswer): void {
    const response = Object.assign(Readable.from(body.length > 0 ? [body] : [], { objectMode: false }), {
      statusCode: status,
      statusMessage: '',
      headers,
      complete: true,
    });
    response.once('close', () => this.destroy());
    this.emit('response', response);
  }
}
