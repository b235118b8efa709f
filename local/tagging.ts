import { AwsError, type Call, type Core, type Service } from './service.ts';

/** Where tagged resources are found; only those that have tags are asked for, as AWS does. */
export interface TagSource {
  /** e.g. `dynamodb:table` */
  type: string;
  resources(of: { account: string; region: string }): { arn: string; tags: Map<string, string> }[];
}

interface TagFilter {
  Key?: string;
  Values?: string[];
}

const longestPage = 100;
const token = (arn: string): string => Buffer.from(arn).toString('base64');

/**
 * Resource Groups Tagging: GetResources
 * (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html).
 */
export function tagging(_core: Core, sources: TagSource[]): Service {
  return {
    name: 'tagging',
    protocol: 'json-1.1',
    targetPrefix: 'ResourceGroupsTaggingAPI_20170126',
    permissions: () => [{ action: 'tag:GetResources', resource: '*' }],
    operations: { GetResources: (call) => getResources(sources, call) },
  };
}

/** Filters are combined as AND, the values of one as OR; a filter without values asks for the key only. */
function getResources(sources: TagSource[], { account, region, input }: Call) {
  const types = (input.ResourceTypeFilters ?? []) as string[];
  const filters = (input.TagFilters ?? []) as TagFilter[];
  const size = Number(input.ResourcesPerPage ?? longestPage);
  if (!(size >= 1 && size <= longestPage)) throw refused(`ResourcesPerPage must be between 1 and ${longestPage}`);
  if (filters.some(({ Key }) => Key == null || Key === '')) throw refused('A tag filter must have a key');

  const found = sources
    .filter(
      ({ type }) => types.length === 0 || types.some((wanted) => wanted === type || type.startsWith(`${wanted}:`)),
    )
    .flatMap((source) => source.resources({ account, region }))
    .filter(({ tags }) => filters.every((filter) => fits(tags, filter)))
    .sort((a, b) => (a.arn < b.arn ? -1 : 1));
  const after = input.PaginationToken ? Buffer.from(String(input.PaginationToken), 'base64').toString() : '';
  if (input.PaginationToken && !after.startsWith('arn:')) throw refused('The pagination token is not valid');
  const rest = found.filter(({ arn }) => arn > after);
  const page = rest.slice(0, size);
  return {
    PaginationToken: rest.length > size ? token(page.at(-1)?.arn ?? '') : '',
    ResourceTagMappingList: page.map(({ arn, tags }) => ({
      ResourceARN: arn,
      Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

function fits(tags: Map<string, string>, { Key = '', Values = [] }: TagFilter): boolean {
  const value = tags.get(Key);
  return value !== undefined && (Values.length === 0 || Values.includes(value));
}

const refused = (message: string): AwsError => new AwsError('InvalidParameterException', message);
