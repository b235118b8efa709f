import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Clock } from '../clock.ts';
import { type ClientOptions, clientConfig } from './client.ts';

/** What is put on the bus, ten at most and a megabyte in all. */
export interface Entry {
  source: string;
  type: string;
  /** JSON. */
  detail: string;
}

/**
 * Puts entries on a bus. The SDK repeats calls that failed as a whole; entries that were refused within a call that
 * succeeded it does not see, so they are put again here, twice at most, before it throws.
 */
export function eventBus(options: ClientOptions, region: string, bus: string, clock: Clock) {
  const client = new EventBridgeClient(clientConfig(options, region, 4));

  return async (entries: Entry[]): Promise<void> => {
    let left: PutEventsRequestEntry[] = entries.map(({ source, type, detail }) => ({
      EventBusName: bus,
      Source: source,
      DetailType: type,
      Detail: detail,
    }));
    for (const waitMs of [200, 1000, undefined]) {
      const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: left }));
      const failed = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
      if (failed === undefined) return;
      left = left.filter((_, index) => Entries[index]?.ErrorCode !== undefined);
      if (waitMs === undefined) {
        throw new Error(
          `${left.length} events were not taken by the bus ${bus}: ${failed.ErrorCode}, ${failed.ErrorMessage}`,
        );
      }
      await clock.sleep(waitMs);
    }
  };
}
