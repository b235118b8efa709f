import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Tagging } from '../world.ts';
import { type ClientOptions, clientConfig } from './client.ts';

/**
 * Tags in bulk. GetResources also names resources whose tags have been removed, and it lags behind: look the tables up.
 * https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
 */
export function taggingOf(options: ClientOptions, region: string): Tagging {
  const client = new ResourceGroupsTaggingAPIClient(clientConfig(options, region, 6));
  return {
    async *taggedTables() {
      let token: string | undefined;
      do {
        const { ResourceTagMappingList = [], PaginationToken } = await client.send(
          new GetResourcesCommand({
            ResourceTypeFilters: ['dynamodb:table'],
            ResourcesPerPage: 100,
            PaginationToken: token,
          }),
        );
        for (const { ResourceARN = '', Tags = [] } of ResourceTagMappingList) {
          yield { arn: ResourceARN, tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value ?? ''])) };
        }
        token = PaginationToken || undefined;
      } while (token !== undefined);
    },
  };
}
