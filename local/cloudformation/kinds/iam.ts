import type { PolicyDocument } from '../../service.ts';
import type { Kind, Place, Properties } from '../kind.ts';

interface Inline {
  PolicyName: string;
  PolicyDocument: PolicyDocument;
}

const names = (value: unknown): string[] => (value ?? []) as string[];

/** Policies name the roles of their account without path. */
function roleArn(place: Place, name: string): string {
  const found = place.iam.roleNamed(place.account, name);
  if (found !== undefined) return found.arn;
  throw new Error(`The role with name ${name} cannot be found.`);
}

function refuseBoundary(properties: Properties): void {
  if (properties.PermissionsBoundary !== undefined) {
    throw new Error('The local AWS does not know permissions boundaries.');
  }
}

export const role: Kind = {
  identity: ['RoleName', 'Path'],
  put(place, properties, before) {
    refuseBoundary(properties);
    const { AssumeRolePolicyDocument, Policies = [], ManagedPolicyArns, Path = '/', MaxSessionDuration } = properties;
    const name = String(before?.physicalId ?? properties.RoleName ?? place.generateName(64));
    const { arn, id } = place.iam.putRole({
      account: place.account,
      name,
      path: String(Path),
      trust: AssumeRolePolicyDocument as PolicyDocument,
      policies: Object.fromEntries((Policies as Inline[]).map((one) => [one.PolicyName, one.PolicyDocument])),
      managedPolicies: names(ManagedPolicyArns),
      ...(MaxSessionDuration !== undefined && { maxSessionSeconds: Number(MaxSessionDuration) }),
    });
    return { physicalId: name, attributes: { Arn: arn, RoleId: id } };
  },
  remove: (place, { attributes }) => place.iam.deleteRole(String(attributes.Arn)),
};

export const policy: Kind = {
  identity: ['PolicyName', 'Roles'],
  put(place, properties) {
    const { PolicyName, PolicyDocument, Roles } = properties as Properties & Inline;
    for (const name of names(Roles)) place.iam.putRolePolicy(roleArn(place, name), PolicyName, PolicyDocument);
    return { physicalId: PolicyName, attributes: {} };
  },
  remove(place, { physicalId }, { Roles }) {
    for (const name of names(Roles)) {
      const found = place.iam.roleNamed(place.account, name);
      if (found !== undefined) place.iam.putRolePolicy(found.arn, physicalId, undefined);
    }
  },
};

export const managedPolicy: Kind = {
  identity: ['ManagedPolicyName', 'Path', 'Roles'],
  put(place, { ManagedPolicyName, Path = '/', PolicyDocument, Roles }, before) {
    const name = ManagedPolicyName ?? place.generateName(128);
    const arn = before?.physicalId ?? `arn:aws:iam::${place.account}:policy${Path}${name}`;
    place.iam.putManagedPolicy(arn, PolicyDocument as PolicyDocument);
    for (const one of names(Roles)) place.iam.attachPolicy(roleArn(place, one), arn);
    return { physicalId: arn, attributes: { PolicyArn: arn } };
  },
  remove: (place, { physicalId }) => place.iam.putManagedPolicy(physicalId, undefined),
};
