import { type Kind, type Properties, pick } from '../kind.ts';

const settings = ['Role', 'Handler', 'Runtime', 'Description', 'Timeout', 'MemorySize', 'Architectures'];

/** A template may write numbers; functions see text. */
function environmentOf({ Environment }: Properties): { Variables: Record<string, string> } {
  const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
  return { Variables: Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)])) };
}

export const lambdaFunction: Kind = {
  identity: ['FunctionName'],
  async put(place, properties, before) {
    const FunctionName = String(before?.physicalId ?? properties.FunctionName ?? place.generateName(64));
    const { S3Key, ZipFile } = (properties.Code ?? {}) as { S3Key?: string; ZipFile?: string };
    if (ZipFile !== undefined) throw new Error('The local AWS does not take the code of a function from the template.');
    const zip = place.codeOf(S3Key);
    const input = { FunctionName, Environment: environmentOf(properties), ...pick(properties, settings) };
    if (before === undefined) {
      await place.call('lambda', 'CreateFunction', { ...input, Code: { ZipFile: zip } });
    } else {
      await place.call('lambda', 'UpdateFunctionConfiguration', input);
      await place.call('lambda', 'UpdateFunctionCode', { FunctionName, ZipFile: zip });
    }
    const { ReservedConcurrentExecutions } = properties;
    if (ReservedConcurrentExecutions !== undefined) {
      await place.call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
    } else if (before !== undefined) {
      await place.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
    }
    return { physicalId: FunctionName, attributes: { Arn: place.arn('lambda', `function:${FunctionName}`) } };
  },
  remove: (place, { physicalId }) => place.call('lambda', 'DeleteFunction', { FunctionName: physicalId }),
};

export const version: Kind = {
  identity: ['FunctionName', 'CodeSha256'],
  async put(place, { FunctionName }, before) {
    if (before !== undefined) return before;
    const { FunctionArn, Version } = await place.call('lambda', 'PublishVersion', { FunctionName });
    return { physicalId: String(FunctionArn), attributes: { Version, FunctionArn } };
  },
  remove() {},
};

const permissionMembers = ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount', 'PrincipalOrgID'];

export const permission: Kind = {
  identity: permissionMembers,
  async put(place, properties, before) {
    if (before !== undefined) return before;
    const StatementId = place.generateName(100);
    await place.call('lambda', 'AddPermission', { StatementId, ...pick(properties, permissionMembers) });
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  remove: (place, { physicalId }, { FunctionName }) =>
    place.call('lambda', 'RemovePermission', { FunctionName, StatementId: physicalId }),
};

const destinationsOf = (properties: Properties): Properties =>
  pick(properties, ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig']);

export const eventInvokeConfig: Kind = {
  identity: ['FunctionName', 'Qualifier'],
  async put(place, properties) {
    const named = pick(properties, ['FunctionName', 'Qualifier']);
    await place.call('lambda', 'PutFunctionEventInvokeConfig', { ...named, ...destinationsOf(properties) });
    return { physicalId: `${named.FunctionName}|${named.Qualifier}`, attributes: {} };
  },
  remove: (place, _made, properties) =>
    place.call('lambda', 'DeleteFunctionEventInvokeConfig', pick(properties, ['FunctionName', 'Qualifier'])),
};
