import { AwsError, type Core } from '../service.ts';

/** An event as rules and targets see it. https://docs.aws.amazon.com/eventbridge/latest/userguide/aws-events.html */
export interface Envelope {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** Whole seconds, `2026-01-31T02:00:00Z`. */
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** One entry of PutEvents as it came. */
export interface Entry {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
  Resources?: string[];
  /** Epoch seconds. */
  Time?: number;
}

/** Throws `AwsError` with the code and the sentence of the entry's failure. */
export function envelopeOf(core: Core, entry: Entry, account: string, region: string): Envelope {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) {
      throw new AwsError('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
    }
  }
  const { Source = '', DetailType = '', Detail = '' } = entry;
  if (Source.startsWith('aws.'))
    throw new AwsError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  return {
    version: '0',
    id: core.random.uuid(),
    'detail-type': DetailType,
    source: Source,
    account,
    time: isoSeconds(entry.Time === undefined ? core.clock.now() : entry.Time * 1000),
    region,
    resources: entry.Resources ?? [],
    detail: parseDetail(Detail),
  };
}

export const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

function parseDetail(text: string): Record<string, unknown> {
  try {
    const detail: unknown = JSON.parse(text);
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) {
      return detail as Record<string, unknown>;
    }
  } catch {
    // Answered below, as for JSON that is no object.
  }
  throw new AwsError('MalformedDetail', 'Detail is malformed.');
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-event-size */
export function entryBytes({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time === undefined ? 0 : 14) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
