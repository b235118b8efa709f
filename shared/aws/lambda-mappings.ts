import { pages } from '../pages.ts';
import type { ClientOptions } from './client.ts';
import { otherService } from './other-service.ts';

/** In Lambda's words. */
export type Mapping = { FunctionArn: string; EventSourceArn: string; State?: string } & Record<string, unknown>;

export type MappingCalls = ReturnType<typeof mappingCalls>;

/**
 * Lambda's event source mappings: which functions read a stream.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
 */
export function mappingCalls(options: ClientOptions, region: string) {
  const send = otherService(options, region, { host: 'lambda', signingName: 'lambda' });
  const path = '/2015-03-31/event-source-mappings';

  return {
    async ofStream(streamArn: string): Promise<Mapping[]> {
      const found: Mapping[] = [];
      const list = (Marker?: string): Promise<{ EventSourceMappings?: Mapping[]; NextMarker?: string }> =>
        send({ method: 'GET', path, query: { EventSourceArn: streamArn, ...(Marker && { Marker }) } });
      for await (const page of pages(list, ({ NextMarker }) => NextMarker)) {
        found.push(...(page.EventSourceMappings ?? []));
      }
      return found;
    },
    create: (mapping: Record<string, unknown>) => send({ method: 'POST', path, body: mapping }),
  };
}
