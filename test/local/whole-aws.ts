import { afterEach } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { installGlobals } from '../../local/globals.ts';
import { seededRandom } from '../../local/random.ts';
import { createWholeAws, type WholeAws } from '../../local/services.ts';
import { inProcess } from '../../local/transport.ts';

export const account = '123456789012';
export const region = 'us-east-1';
export const startAt = Date.UTC(2026, 0, 31, 2);

let uninstall = () => {};
afterEach(() => uninstall());

/** Calls an operation of one service, without the wire; for services whose SDK client is not at hand. */
type Caller = (operation: string, input: Record<string, unknown>) => Promise<Record<string, never>>;

export interface Whole {
  aws: WholeAws;
  clock: VirtualClock;
  /** Settings for any SDK client of this AWS. */
  config: { region: string; maxAttempts: number; requestHandler: never; credentials: typeof credentials };
  pass(ms: number): Promise<void>;
  caller(service: string, of?: { account?: string; region?: string }): Caller;
}

const credentials = { accessKeyId: account, secretAccessKey: 'test' };

/** A whole AWS on a virtual clock that the process lives by. */
export function startWhole(options: Parameters<typeof createWholeAws>[0] = {}): Whole {
  const clock = new VirtualClock(startAt);
  uninstall = installGlobals(clock, seededRandom(1));
  const aws = createWholeAws({ clock, ...options });
  return {
    aws,
    clock,
    config: { region, maxAttempts: 1, requestHandler: inProcess(aws) as never, credentials },
    pass: (ms) => clock.run(clock.now() + ms),
    caller: (service, of) => async (operation, input) => {
      const place = { account, region, ...of };
      const caller = aws.iam.caller(place.account);
      return (await aws.core.call({ service, operation, input, caller, ...place })) as Record<string, never>;
    },
  };
}
