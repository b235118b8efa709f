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
      let Marker: string | undefined;
      do {
        const query = { EventSourceArn: streamArn, ...(Marker && { Marker }) };
        const page: { EventSourceMappings?: Mapping[]; NextMarker?: string } = await send({
          method: 'GET',
          path,
          query,
        });
        found.push(...(page.EventSourceMappings ?? []));
        Marker = page.NextMarker || undefined;
      } while (Marker);
      return found;
    },
    create: (mapping: Record<string, unknown>) => send({ method: 'POST', path, body: mapping }),
  };
}
