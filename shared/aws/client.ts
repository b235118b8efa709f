/** Keys to sign with; `expiration` lets the SDK fetch new ones in time. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** What every SDK client of a world is made with. Empty in Lambda, where the environment says it all. */
export interface ClientOptions {
  credentials?: Credentials | (() => Promise<Credentials>);
  /** The way to AWS, when it is not HTTP. */
  requestHandler?: Record<string, unknown>;
}

/** After this a request is given up; whether it took effect is then unknown. */
export const requestTimeoutMs = 10_000;

/**
 * The common part of a client's configuration. The SDK's correction of its clock is off: it would sign with a time
 * that the fence does not know. There are more sockets than requests at once, so that no signed request queues.
 */
export function clientConfig(options: ClientOptions, region: string, maxAttempts: number) {
  const sockets = { maxSockets: 300, keepAlive: true };
  const http = {
    connectionTimeout: 3000,
    requestTimeout: requestTimeoutMs,
    throwOnRequestTimeout: true,
    httpAgent: sockets,
    httpsAgent: sockets,
  };
  return { requestHandler: http, ...options, region, maxAttempts, disableClockSkewCorrection: true };
}
