import { AwsError, type Caller, type Permission } from '../service.ts';
import type { Decision } from './evaluate.ts';

/** Services whose errors are XML call it AccessDenied; they and REST-JSON answer 403, the other JSON ones 400. */
const xmlServices = new Set(['sts', 'sns', 'iam', 'cloudformation', 's3']);
const restServices = new Set(['lambda', 'scheduler', 'apigateway', 'execute-api']);

function reasonOf(decision: Decision, action: string): string {
  if (action === 'sts:AssumeRole') return '';
  if (decision === 'denied by identity') return ' with an explicit deny in an identity-based policy';
  if (decision === 'denied by resource') return ' with an explicit deny in a resource-based policy';
  const kind = decision === 'no identity allows' ? 'identity-based' : 'resource-based';
  return ` because no ${kind} policy allows the ${action} action`;
}

/** Who was refused what and why, in AWS's words: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function refusal(caller: Caller, { action, resource }: Permission, decision: Decision): AwsError {
  const service = action.split(':')[0] ?? '';
  const isXml = xmlServices.has(service);
  return new AwsError(
    isXml ? 'AccessDenied' : 'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}${reasonOf(decision, action)}`,
    isXml || restServices.has(service) ? 403 : 400,
  );
}
