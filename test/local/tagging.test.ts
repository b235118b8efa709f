import { type GetResourcesCommandInput, ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api';
import { expect, test } from 'vitest';
import { type Local, makeTable, refused, secondMs, startLocal, tableInput } from './dynamodb-local.ts';

async function names(local: Local, input: GetResourcesCommandInput = {}): Promise<string[]> {
  const { ResourceTagMappingList = [] } = await new ResourceGroupsTaggingAPI(local.config).getResources(input);
  return ResourceTagMappingList.map(({ ResourceARN = '' }) => ResourceARN.split('/').at(-1) ?? '');
}

const tags = (entries: Record<string, string>) => ({
  Tags: Object.entries(entries).map(([Key, Value]) => ({ Key, Value })),
});

async function fourTables(): Promise<Local> {
  const local = startLocal();
  await makeTable(local, 'plain');
  await makeTable(local, 'one', tags({ team: 'a', stage: 'test' }));
  await makeTable(local, 'two', tags({ team: 'b', stage: 'test' }));
  await makeTable(local, 'three', tags({ team: 'c' }));
  return local;
}

test.each<[GetResourcesCommandInput, string[]]>([
  [{}, ['one', 'three', 'two']],
  [{ ResourceTypeFilters: ['dynamodb:table'] }, ['one', 'three', 'two']],
  [{ ResourceTypeFilters: ['dynamodb'] }, ['one', 'three', 'two']],
  [{ ResourceTypeFilters: ['s3'] }, []],
  [{ TagFilters: [{ Key: 'stage' }] }, ['one', 'two']],
  [{ TagFilters: [{ Key: 'team', Values: ['a', 'c'] }] }, ['one', 'three']],
  [
    {
      TagFilters: [
        { Key: 'team', Values: ['a', 'c'] },
        { Key: 'stage', Values: ['test'] },
      ],
    },
    ['one'],
  ],
  [{ TagFilters: [{ Key: 'Team' }] }, []],
])('GetResources %j finds %j, never a table without tags', async (input, expected) => {
  expect(await names(await fourTables(), input)).toEqual(expected);
});

test('a hundred tables are a page', async () => {
  const local = startLocal();
  for (let index = 0; index < 101; index++) {
    await local.client.createTable(tableInput(`table-${String(index).padStart(3, '0')}`, tags({ team: 'a' })));
  }
  await local.pass(10 * secondMs);
  const api = new ResourceGroupsTaggingAPI(local.config);
  const first = await api.getResources({});
  expect(first.ResourceTagMappingList).toHaveLength(100);
  const second = await api.getResources({ PaginationToken: first.PaginationToken });
  expect(second.ResourceTagMappingList?.map(({ ResourceARN }) => ResourceARN?.slice(-3))).toEqual(['100']);
  expect(second.PaginationToken).toBe('');
});

test('a page may hold fewer, and its tags are all there', async () => {
  const local = await fourTables();
  const api = new ResourceGroupsTaggingAPI(local.config);
  const { ResourceTagMappingList, PaginationToken } = await api.getResources({ ResourcesPerPage: 1 });
  expect(ResourceTagMappingList?.map(({ Tags }) => Tags)).toEqual([tags({ team: 'a', stage: 'test' }).Tags]);
  expect(await names(local, { PaginationToken })).toEqual(['three', 'two']);
});

test('pages of none, of more than 100, and tokens of somebody else are refused', async () => {
  const api = new ResourceGroupsTaggingAPI((await fourTables()).config);
  await refused(api.getResources({ ResourcesPerPage: 0 }), 'InvalidParameterException');
  await refused(api.getResources({ ResourcesPerPage: 101 }), 'InvalidParameterException');
  await refused(api.getResources({ PaginationToken: 'mine' }), 'InvalidParameterException');
});

test('tables are tagged and untagged together, and one that is not there costs no other', async () => {
  const local = await fourTables();
  const api = new ResourceGroupsTaggingAPI(local.config);
  const arn = (name: string) => `arn:aws:dynamodb:us-east-1:123456789012:table/${name}`;
  const queue = 'arn:aws:sqs:us-east-1:123456789012:queue';
  const ResourceARNList = [arn('plain'), arn('none'), queue, arn('one')];
  const { FailedResourcesMap = {} } = await api.tagResources({ ResourceARNList, Tags: { stage: 'new' } });
  expect(Object.keys(FailedResourcesMap).sort()).toEqual([arn('none'), queue]);
  expect(FailedResourcesMap[arn('none')]).toMatchObject({ StatusCode: 400, ErrorCode: 'InvalidParameterException' });
  expect(await names(local, { TagFilters: [{ Key: 'stage', Values: ['new'] }] })).toEqual(['one', 'plain']);
  await api.untagResources({ ResourceARNList: [arn('plain')], TagKeys: ['stage'] });
  expect(await names(local, { TagFilters: [{ Key: 'stage' }] })).toEqual(['one', 'two']);
  await refused(api.tagResources({ ResourceARNList: [], Tags: { a: 'b' } }), 'InvalidParameterException');
});
