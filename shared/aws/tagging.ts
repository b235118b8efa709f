import { pages } from '../pages.ts';
import type { Tagging } from '../world.ts';
import type { ClientOptions } from './client.ts';
import { jsonRequest, otherService } from './other-service.ts';

interface Page {
  ResourceTagMappingList?: { ResourceARN?: string; Tags?: { Key: string; Value?: string }[] }[];
  PaginationToken?: string;
}

/**
 * Tags in bulk. GetResources also names resources whose tags have been removed, and it lags behind: look the tables up.
 * https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
 */
export function taggingOf(options: ClientOptions, region: string): Tagging {
  const send = otherService(options, region, { host: 'tagging', signingName: 'tagging' });
  return {
    async *taggedTables() {
      const getResources = (PaginationToken: string | undefined) =>
        send<Page>(
          jsonRequest('ResourceGroupsTaggingAPI_20170126.GetResources', '1.1', {
            ResourceTypeFilters: ['dynamodb:table'],
            ResourcesPerPage: 100,
            PaginationToken,
          }),
        );
      for await (const { ResourceTagMappingList = [] } of pages(getResources, (page) => page.PaginationToken)) {
        for (const { ResourceARN = '', Tags = [] } of ResourceTagMappingList) {
          yield { arn: ResourceARN, tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value ?? ''])) };
        }
      }
    },
  };
}
