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

/** TagResources and UntagResources take so many ARNs. */
const mostResources = 20;

/** Resource Groups Tagging (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/). */
export function tagging(core: Core, sources: TagSource[]): Service {
  return {
    name: 'tagging',
    protocol: 'json-1.1',
    targetPrefix: 'ResourceGroupsTaggingAPI_20170126',
    permissions: ({ operation }) => [{ action: `tag:${operation}`, resource: '*' }],
    operations: {
      GetResources: (call) => getResources(sources, call),
      TagResources: (call) => {
        const Tags = Object.entries((call.input.Tags ?? {}) as object).map(([Key, Value]) => ({ Key, Value }));
        return forEach(core, call, 'TagResource', { Tags });
      },
      UntagResources: (call) => forEach(core, call, 'UntagResource', { TagKeys: call.input.TagKeys }),
    },
  };
}

/** Asks DynamoDB for each table, with the caller's rights to it; one that cannot be done costs no other. */
async function forEach(core: Core, call: Call, operation: string, input: object) {
  const arns = (call.input.ResourceARNList ?? []) as string[];
  if (arns.length < 1 || arns.length > mostResources) {
    throw refused(`ResourceARNList must have 1 to ${mostResources} ARNs`);
  }
  const FailedResourcesMap: Record<string, object> = {};
  for (const arn of arns) {
    try {
      if (!arn.startsWith('arn:aws:dynamodb:')) throw refused(`The local AWS has no tags of ${arn}`);
      await core.call({ ...call, service: 'dynamodb', operation, input: { ResourceArn: arn, ...input } });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const ErrorCode = error.status < 500 ? 'InvalidParameterException' : 'InternalServiceException';
      FailedResourcesMap[arn] = { StatusCode: error.status, ErrorCode, ErrorMessage: error.message };
    }
  }
  return { FailedResourcesMap };
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
