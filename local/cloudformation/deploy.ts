import { isDeepStrictEqual } from 'node:util';
import type { LocalIam } from '../iam/iam.ts';
import type { Core } from '../service.ts';
import { coerce } from './coerce.ts';
import { resolve, type Scope } from './intrinsics.ts';
import type { Place, Properties } from './kind.ts';
import { kindOf } from './kinds/kinds.ts';
import { inOrder } from './order.ts';
import { placeOf } from './place.ts';
import { parametersOf, scopeOf } from './scope.ts';
import type { Output, Stack, StackResource, Stacks } from './stacks.ts';
import { parseTemplate, type Template, type TemplateResource } from './template.ts';

/** Where and with what a template is deployed. */
export interface DeployOptions {
  stackName: string;
  /** The default account and Region unless given. */
  account?: string;
  region?: string;
  parameters?: Record<string, string>;
  /** The package of a function, by its logical id and the key that its code would have in the deployment bucket. */
  codeOf?: (logicalId: string, s3Key: string | undefined) => Uint8Array;
}

/** What deploying needs of the local AWS. */
export interface Deployer {
  core: Core;
  iam: LocalIam;
  stacks: Stacks;
}

/** Makes one resource, changes it if its properties changed, or replaces it if what identifies it did. */
async function putResource(
  deployer: Deployer,
  stack: Stack,
  { id, resource, properties, place }: { id: string; resource: TemplateResource; properties: Properties; place: Place },
): Promise<void> {
  const kind = kindOf(resource.Type, id);
  const before = stack.resources.get(id);
  const isFunction = resource.Type === 'AWS::Lambda::Function';
  const isRetained = /^Retain/.test(resource.DeletionPolicy ?? '');
  if (before !== undefined && !isFunction && isDeepStrictEqual(before.properties, properties)) {
    before.isRetained = isRetained;
    return;
  }
  const isAnother =
    before !== undefined &&
    (before.type !== resource.Type ||
      kind.identity.some((name) => !isDeepStrictEqual(before.properties[name], properties[name])));
  if (isAnother) await removeResource(deployer, stack, before);
  const known = isAnother ? undefined : before;
  const made = await kind.put(place, properties, known);
  stack.resources.set(id, {
    ...made,
    logicalId: id,
    type: resource.Type,
    properties,
    isRetained,
    status: known === undefined ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE',
    changedAt: deployer.core.clock.now(),
  });
}

async function removeResource(deployer: Deployer, stack: Stack, resource: StackResource): Promise<void> {
  if (!resource.isRetained) {
    const place = placeOf(deployer, stack, resource.logicalId, undefined);
    await kindOf(resource.type, resource.logicalId).remove(place, resource, resource.properties);
  }
  stack.resources.delete(resource.logicalId);
}

/** Errors say which resource they are about. */
async function about<T>(id: string, type: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${id} (${type}): ${(error as Error).message}`, { cause: error });
  }
}

function outputsOf(template: Template, scope: Scope): Record<string, Output> {
  const wanted = Object.entries(template.Outputs ?? {}).filter(
    ([, { Condition }]) => Condition === undefined || scope.isTrue(Condition),
  );
  return Object.fromEntries(
    wanted.map(([name, { Value, Description, Export }]) => [
      name,
      {
        value: String(resolve(Value, scope)),
        ...(Description !== undefined && { description: Description }),
        ...(Export !== undefined && { exportName: String(resolve(Export.Name, scope)) }),
      },
    ]),
  );
}

function newStack(core: Core, { stackName, account = core.account, region = core.region }: DeployOptions): Stack {
  const now = core.clock.now();
  return {
    name: stackName,
    id: `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${core.random.uuid()}`,
    account,
    region,
    status: 'CREATE_IN_PROGRESS',
    createdAt: now,
    updatedAt: now,
    parameters: {},
    resources: new Map(),
    outputs: {},
  };
}

/**
 * Deploys a template, or changes the stack that is there. What was made stays when a later resource fails, and deploying
 * again goes on from there (as with `--disable-rollback`). On a virtual clock let time pass meanwhile: tables take some.
 */
export async function deploy(deployer: Deployer, source: string | Template, options: DeployOptions): Promise<Stack> {
  const { core, stacks } = deployer;
  const template = typeof source === 'string' ? parseTemplate(source) : source;
  const { account = core.account, region = core.region, codeOf } = options;
  const parameters = parametersOf(template, options.parameters ?? {});
  const existing = stacks.find({ account, region }, options.stackName);
  const stack = existing ?? newStack(core, options);
  const verb = existing === undefined ? 'CREATE' : 'UPDATE';
  const where = { account, region, stackName: stack.name, stackId: stack.id };
  const scope = scopeOf(template, where, parameters, (id) => stack.resources.get(id));
  const wanted = Object.fromEntries(
    Object.entries(template.Resources).filter(
      ([, { Condition }]) => Condition === undefined || scope.isTrue(Condition),
    ),
  );
  for (const [id, { Type }] of Object.entries(wanted)) kindOf(Type, id);
  const order = inOrder(wanted);
  stacks.put(stack);
  stack.status = `${verb}_FAILED`;
  for (const id of order) {
    const resource = wanted[id] as TemplateResource;
    await about(id, resource.Type, async () => {
      const properties = coerce(resolve(resource.Properties ?? {}, scope)) as Properties;
      await putResource(deployer, stack, { id, resource, properties, place: placeOf(deployer, stack, id, codeOf) });
    });
  }
  await removeAll(deployer, stack, (id) => !Object.hasOwn(wanted, id));
  const hidden = Object.keys(parameters).filter((name) => String(template.Parameters?.[name]?.NoEcho) === 'true');
  return Object.assign(stack, {
    parameters: { ...parameters, ...Object.fromEntries(hidden.map((name) => [name, '****'])) },
    outputs: outputsOf(template, scope),
    status: `${verb}_COMPLETE`,
    updatedAt: core.clock.now(),
    ...(template.Description !== undefined && { description: template.Description }),
  });
}

/** The last made goes first. */
async function removeAll(deployer: Deployer, stack: Stack, which: (logicalId: string) => boolean): Promise<void> {
  for (const resource of [...stack.resources.values()].reverse()) {
    if (!which(resource.logicalId)) continue;
    await about(resource.logicalId, resource.type, () => removeResource(deployer, stack, resource));
  }
}

/** Removes a stack and all of it that is not retained. */
export async function removeStack(deployer: Deployer, stack: Stack): Promise<void> {
  stack.status = 'DELETE_FAILED';
  await removeAll(deployer, stack, () => true);
  deployer.stacks.delete(stack);
}
