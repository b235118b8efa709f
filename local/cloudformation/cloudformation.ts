import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LocalIam } from '../iam/iam.ts';
import { AwsError, type Call, type Core, type Service } from '../service.ts';
import { type DeployOptions, deploy, removeStack } from './deploy.ts';
import { type Stack, type StackResource, Stacks } from './stacks.ts';
import type { Template } from './template.ts';

/** CloudFormation: deploys templates in the process and tells clients on the wire what it deployed. */
export interface CloudFormation extends Service {
  /** `template` is JSON or YAML, or already parsed. */
  deploy(template: string | Template, options: DeployOptions): Promise<Stack>;
  /** Throws `AwsError` ValidationError if there is no such stack. */
  remove(stackName: string, where?: { account?: string; region?: string }): Promise<void>;
}

/** `codeOf` for what `serverless package` leaves in a directory: the zips by the names that they would have in S3. */
export const packagedIn =
  (directory: string): NonNullable<DeployOptions['codeOf']> =>
  (logicalId, s3Key) => {
    if (s3Key === undefined) throw new Error(`The code of ${logicalId} has no S3Key.`);
    return readFileSync(join(directory, basename(s3Key)));
  };

const time = (at: number): string => new Date(at).toISOString();

const describedStack = (stack: Stack): Record<string, unknown> => ({
  StackId: stack.id,
  StackName: stack.name,
  Description: stack.description,
  Parameters: Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  })),
  CreationTime: time(stack.createdAt),
  LastUpdatedTime: time(stack.updatedAt),
  StackStatus: stack.status,
  DisableRollback: true,
  Capabilities: ['CAPABILITY_NAMED_IAM'],
  Outputs: Object.entries(stack.outputs).map(([OutputKey, { value, description, exportName }]) => ({
    OutputKey,
    OutputValue: value,
    Description: description,
    ExportName: exportName,
  })),
  Tags: [],
});

const resourceSummary = ({ logicalId, physicalId, type, status, changedAt }: StackResource) => ({
  LogicalResourceId: logicalId,
  PhysicalResourceId: physicalId,
  ResourceType: type,
  LastUpdatedTimestamp: time(changedAt),
  ResourceStatus: status,
});

const describedResource = (stack: Stack, resource: StackResource) => {
  const { LastUpdatedTimestamp, ...summary } = resourceSummary(resource);
  return { StackName: stack.name, StackId: stack.id, ...summary, Timestamp: LastUpdatedTimestamp };
};

function resourceNamed(stack: Stack, logicalId: string): StackResource {
  const found = stack.resources.get(logicalId);
  if (found !== undefined) return found;
  throw new AwsError('ValidationError', `Resource ${logicalId} does not exist for stack ${stack.name}`);
}

function operationsOf(stacks: Stacks): Service['operations'] {
  const stackOf = (call: Call) => stacks.get(call, String(call.input.StackName));
  return {
    DescribeStacks(call) {
      const found = call.input.StackName === undefined ? stacks.list(call) : [stackOf(call)];
      return { Stacks: found.map(describedStack) };
    },
    ListStacks: (call) => ({
      StackSummaries: stacks.list(call).map(({ id, name, createdAt, status }) => ({
        StackId: id,
        StackName: name,
        CreationTime: time(createdAt),
        StackStatus: status,
      })),
    }),
    ListStackResources: (call) => ({
      StackResourceSummaries: [...stackOf(call).resources.values()].map(resourceSummary),
    }),
    DescribeStackResources(call) {
      const stack = stackOf(call);
      const { LogicalResourceId: id } = call.input;
      const found = id === undefined ? [...stack.resources.values()] : [resourceNamed(stack, String(id))];
      return { StackResources: found.map((resource) => describedResource(stack, resource)) };
    },
    DescribeStackResource(call) {
      const stack = stackOf(call);
      const { Timestamp, ...detail } = describedResource(
        stack,
        resourceNamed(stack, String(call.input.LogicalResourceId)),
      );
      return { StackResourceDetail: { ...detail, LastUpdatedTimestamp: Timestamp } };
    },
  };
}

/** No stacks at first. On the wire it only tells: stacks are made and removed by `deploy` and `remove`. */
export function createCloudFormation(core: Core, iam: LocalIam): CloudFormation {
  const stacks = new Stacks();
  const deployer = { core, iam, stacks };
  const resourceOf = (call: Call): string => {
    const { StackName } = call.input;
    const id = StackName === undefined ? undefined : stacks.find(call, String(StackName))?.id;
    if (id !== undefined || StackName === undefined || call.operation === 'ListStacks') return id ?? '*';
    return `arn:aws:cloudformation:${call.region}:${call.account}:stack/${StackName}/*`;
  };
  return {
    name: 'cloudformation',
    protocol: 'query',
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    permissions: (call) => [{ action: `cloudformation:${call.operation}`, resource: resourceOf(call) }],
    operations: operationsOf(stacks),
    deploy: (template, options) => deploy(deployer, template, options),
    async remove(stackName, { account = core.account, region = core.region } = {}) {
      await removeStack(deployer, stacks.get({ account, region }, stackName));
    },
  };
}
