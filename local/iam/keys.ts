import type { Caller, Permission } from '../service.ts';
import type { Context } from './match.ts';

/**
 * The condition keys of a request: AWS's own about caller and resource, and those that the operation brings
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
 */
export function keysOf(
  caller: Caller,
  { resource, owner: stated, context = {} }: Permission,
  organisations: ReadonlyMap<string, string>,
  now: number,
): Context {
  const owner = stated ?? (resource.split(':')[4] || caller.account);
  const isService = caller.service !== undefined;
  const values: Record<string, string | string[] | undefined> = {
    'aws:PrincipalIsAWSService': String(isService),
    'aws:PrincipalServiceName': caller.service,
    'aws:PrincipalArn': isService ? undefined : caller.principalArn,
    'aws:PrincipalAccount': isService ? undefined : caller.account,
    'aws:PrincipalOrgID': isService ? undefined : organisations.get(caller.account),
    'aws:SourceArn': caller.sourceArn,
    'aws:SourceAccount': caller.sourceAccount,
    'aws:SourceOrgID': organisations.get(caller.sourceAccount ?? ''),
    'aws:ResourceAccount': owner,
    'aws:ResourceOrgID': organisations.get(owner),
    'aws:SecureTransport': 'true',
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    ...context,
  };
  const keys: Context = new Map();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) keys.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return keys;
}
