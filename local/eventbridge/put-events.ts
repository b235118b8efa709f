import { AwsError, type Call, type Core, type Permission } from '../service.ts';
import type { Bus, Buses } from './buses.ts';
import { type Entry, type Envelope, entryBytes, envelopeOf } from './envelope.ts';

/** Marks an entry that a rule sends on to another bus: the event stays the same one. No request by wire can have it. */
export const forwarded = Symbol('forwarded');

export type ForwardingEntry = Entry & { [forwarded]?: Envelope };

const entriesOf = ({ input }: Call): ForwardingEntry[] => (input.Entries ?? []) as ForwardingEntry[];

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10;
const maxBytes = 2 ** 20;

/** The right to put, asked once for each bus, source and detail-type of the call. */
export function putPermissions(buses: Buses, call: Call): Permission[] {
  const wanted = entriesOf(call).map((entry) => {
    const resource = buses.address(call, entry.EventBusName).arn;
    const context = { 'events:source': entry.Source ?? '', 'events:detail-type': entry.DetailType ?? '' };
    return { action: 'events:PutEvents', resource, context };
  });
  return [...new Map(wanted.map((permission) => [JSON.stringify(permission), permission])).values()];
}

/**
 * Each entry succeeds or fails by itself. An entry for a bus that does not exist succeeds and is lost, as at AWS
 * (https://github.com/aws/aws-sdk/issues/186).
 */
export function putEvents(core: Core, buses: Buses, call: Call, receive: (bus: Bus, event: Envelope) => void) {
  const entries = entriesOf(call);
  if (entries.length < 1 || entries.length > maxEntries) {
    const bound = entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxEntries}`;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > maxBytes) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  const answers = entries.map((entry) => {
    try {
      const event = entry[forwarded] ?? envelopeOf(core, entry, call.caller.account, call.region);
      const bus = buses.find(call, entry.EventBusName);
      if (bus !== undefined) receive(bus, event);
      return { EventId: event.id };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ErrorCode: error.code, ErrorMessage: error.message };
    }
  });
  return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers };
}
