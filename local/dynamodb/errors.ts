import { AwsError } from '../service.ts';
import { modelledErrors } from './model.ts';

const coral: Record<string, string> = {
  ValidationException: 'com.amazon.coral.validate#ValidationException',
  ThrottlingException: 'com.amazon.coral.availability#ThrottlingException',
};

/** What DynamoDB writes as `__type`: its own errors under its own namespace, the framework's under the framework's. */
export function errorType(code: string): string {
  const special = coral[code];
  if (special !== undefined) return special;
  return `${modelledErrors.has(code) ? 'com.amazonaws.dynamodb.v20120810' : 'com.amazon.coral.service'}#${code}`;
}

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** The start that most of DynamoDB's own rules share. */
export const invalidParameters = (rule: string): AwsError =>
  invalid(`One or more parameter values were invalid: ${rule}`);

/** `ResourceNotFoundException`, as the table operations answer it; the backup operations have their own. */
export const noResource = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);

/** As the backup and point-in-time operations answer it. */
export const noTable = (name: string): AwsError => new AwsError('TableNotFoundException', `Table not found: ${name}`);

export const inUse = (reason: string): AwsError =>
  new AwsError('ResourceInUseException', `Attempt to change a resource which is still in use: ${reason}`);

export const subscriberLimit = (limit: string): AwsError =>
  new AwsError('LimitExceededException', `Subscriber limit exceeded: ${limit}`);
