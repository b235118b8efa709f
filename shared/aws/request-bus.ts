import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod/mini';
import { apiSource } from '../../events/contract.ts';
import type { Clock } from '../clock.ts';
import type { Requests } from '../world.ts';
import { type ClientOptions, clientConfig } from './client.ts';

/**
 * The bus of requests, as our API puts them: its source says that `requester` is a signed caller. The SDK repeats calls
 * that failed as a whole; an entry that was refused throws, since somebody waits for the answer and may ask again.
 */
export function requestsOf(options: ClientOptions, region: string, bus: string, clock: Clock): Requests {
  const client = new EventBridgeClient(clientConfig(options, region, 4));

  return {
    async put({ type, detail: schema }, detail) {
      // The envelope's time has whole seconds.
      const at = Math.floor(clock.now() / 1000) * 1000;
      const entry = { EventBusName: bus, Source: apiSource, DetailType: type, Time: new Date(at) };
      const Detail = JSON.stringify(z.parse(schema, detail));
      const { Entries: [taken] = [] } = await client.send(new PutEventsCommand({ Entries: [{ ...entry, Detail }] }));
      if (taken?.EventId !== undefined) return { id: taken.EventId, at };
      throw Object.assign(new Error(`The bus ${bus} did not take "${type}": ${taken?.ErrorMessage}`), {
        name: taken?.ErrorCode ?? 'NotTaken',
      });
    },
  };
}
