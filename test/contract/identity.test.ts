import { STS } from '@aws-sdk/client-sts';
import { describe, expect } from 'vitest';
import { config, roleArn, sts, tagging } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';

rule('GetCallerIdentity says account, ARN and id of the caller', async () => {
  const { Account, Arn, UserId } = await sts.getCallerIdentity({});
  expect(Account).toMatch(/^\d{12}$/);
  expect(Arn).toMatch(new RegExp(`^arn:aws:(iam|sts)::${Account}:`));
  expect(UserId).toBeTruthy();
});

describe.skipIf(roleArn === undefined)('a role', () => {
  const assume = (options: object = {}) =>
    sts.assumeRole({ RoleArn: roleArn, RoleSessionName: 'contract', ...options });
  const sessionArn = roleArn?.replace('arn:aws:iam', 'arn:aws:sts').replace(':role/', ':assumed-role/');

  rule("a role's session has keys of its own, for an hour", async () => {
    const { Credentials, AssumedRoleUser } = await assume();
    expect(AssumedRoleUser?.Arn).toBe(`${sessionArn}/contract`);
    expect(AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z0-9]+:contract$/);
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA/);
    expect(Credentials?.SessionToken).toBeTruthy();
    const lastsMs = Number(Credentials?.Expiration) - Date.now();
    expect(lastsMs).toBeGreaterThan(3_500_000);
    expect(lastsMs).toBeLessThan(3_700_000);
  });

  rule('who calls with the keys of a session is that session', async () => {
    const { Credentials } = await assume();
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const { Arn, UserId } = await new STS({ ...config, credentials }).getCallerIdentity({});
    expect(Arn).toBe(`${sessionArn}/contract`);
    expect(UserId).toMatch(/^AROA[A-Z0-9]+:contract$/);
  });

  rule('a role that does not exist is not assumed', async () => {
    const RoleArn = roleArn?.replace(/[^/]+$/, newName());
    await expect(assume({ RoleArn })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`),
    });
  });

  rule('a session lasts at least 15 minutes, and its name has no spaces', async () => {
    await expect(assume({ DurationSeconds: 899 })).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(assume({ RoleSessionName: 'a b' })).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

rule('GetResources finds tables by their tags, all keys and any of their values', async () => {
  const key = newName();
  const first = await makeTable({ Tags: [{ Key: key, Value: 'a' }] });
  const second = await makeTable({
    Tags: [
      { Key: key, Value: 'b' },
      { Key: 'stage', Value: 'test' },
    ],
  });
  const find = async (...filters: { Key: string; Values?: string[] }[]) => {
    const { ResourceTagMappingList = [] } = await tagging.getResources({
      ResourceTypeFilters: ['dynamodb:table'],
      TagFilters: filters,
    });
    return ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN).sort();
  };
  await eventually(
    () => find({ Key: key }),
    (seen) => seen.length === 2,
  );
  expect(await find({ Key: key })).toEqual([first.arn, second.arn].sort());
  expect(await find({ Key: key, Values: ['b', 'c'] })).toEqual([second.arn]);
  expect(await find({ Key: key }, { Key: 'stage', Values: ['test'] })).toEqual([second.arn]);
  expect(await find({ Key: key, Values: ['c'] })).toEqual([]);
});

rule('GetResources says all tags of what it finds', async () => {
  const key = newName();
  const tags = [
    { Key: key, Value: 'a' },
    { Key: 'stage', Value: 'test' },
  ];
  const { arn } = await makeTable({ Tags: tags });
  const find = () => tagging.getResources({ ResourceTypeFilters: ['dynamodb:table'], TagFilters: [{ Key: key }] });
  const { ResourceTagMappingList } = await eventually(find, (seen) => seen.ResourceTagMappingList?.length === 1);
  expect(ResourceTagMappingList?.[0]?.ResourceARN).toBe(arn);
  expect(ResourceTagMappingList?.[0]?.Tags).toEqual(expect.arrayContaining(tags));
});

rule('GetResources: page after page gives every table once', async () => {
  const key = newName();
  const arns: string[] = [];
  for (let count = 0; count < 3; count++) arns.push((await makeTable({ Tags: [{ Key: key, Value: 'a' }] })).arn);
  const filter = { ResourceTypeFilters: ['dynamodb:table'], TagFilters: [{ Key: key }] };
  await eventually(
    () => tagging.getResources(filter),
    (seen) => seen.ResourceTagMappingList?.length === 3,
  );
  const seen: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const page = await tagging.getResources({
      ...filter,
      ResourcesPerPage: 2,
      ...(token !== undefined && { PaginationToken: token }),
    });
    expect(page.ResourceTagMappingList?.length).toBeLessThanOrEqual(2);
    seen.push(...(page.ResourceTagMappingList ?? []).map(({ ResourceARN }) => ResourceARN));
    token = page.PaginationToken || undefined;
  } while (token !== undefined);
  expect(seen.sort()).toEqual(arns.sort());
});
