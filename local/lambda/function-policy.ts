import { AwsError, type Service } from '../service.ts';
import type { Functions, LambdaFunction, PolicyStatement } from './functions.ts';

/** The operations on a function's own policy: who outside its account's policies may invoke it. */
export function policies(functions: Functions): Service['operations'] {
  const missing = (message: string) => new AwsError('ResourceNotFoundException', message, 404);
  return {
    AddPermission(call) {
      const one = functions.of(call);
      const id = String(call.input.StatementId);
      if (one.policy.Statement.some(({ Sid }) => Sid === id)) {
        throw new AwsError(
          'ResourceConflictException',
          `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
          409,
        );
      }
      const statement = { Sid: id, Effect: 'Allow', ...permissionOf(one, call.input as Record<string, string>) };
      one.policy = policyOf([...one.policy.Statement, statement]);
      return { Statement: JSON.stringify(statement) };
    },
    RemovePermission(call) {
      const one = functions.of(call);
      const id = String(call.input.StatementId);
      const others = one.policy.Statement.filter(({ Sid }) => Sid !== id);
      if (others.length === one.policy.Statement.length) {
        throw missing(`Statement ${id} is not found in resource policy.`);
      }
      one.policy = policyOf(others);
    },
    GetPolicy(call) {
      const one = functions.of(call);
      if (one.policy.Statement.length === 0) throw missing('The resource you requested does not exist.');
      return { Policy: JSON.stringify(one.policy), RevisionId: one.revision };
    },
  };
}

/** A document is replaced, never changed: IAM reads each one once. */
export const policyOf = (statements: PolicyStatement[]): LambdaFunction['policy'] => ({
  Version: '2012-10-17',
  Id: 'default',
  Statement: statements,
});

function permissionOf(one: LambdaFunction, input: Record<string, string | undefined>): Record<string, unknown> {
  const { Principal = '', Action, SourceArn, SourceAccount, PrincipalOrgID, Qualifier } = input;
  const equals = {
    ...(SourceAccount && { 'AWS:SourceAccount': SourceAccount }),
    ...(PrincipalOrgID && { 'aws:PrincipalOrgID': PrincipalOrgID }),
  };
  const conditions = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(SourceArn && { ArnLike: { 'AWS:SourceArn': SourceArn } }),
  };
  return {
    Principal: principalOf(Principal),
    Action,
    Resource: Qualifier === undefined ? one.arn : `${one.arn}:${Qualifier}`,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
}

function principalOf(name: string): unknown {
  if (name === '*') return '*';
  if (/^\d{12}$/.test(name)) return { AWS: `arn:aws:iam::${name}:root` };
  return name.startsWith('arn:') ? { AWS: name } : { Service: name };
}
