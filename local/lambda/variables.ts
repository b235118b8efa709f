import type { Credentials } from '../iam/sessions.ts';
import type { LambdaFunction } from './functions.ts';

/** Where CloudWatch Logs would keep what an environment writes. */
export interface LogPlace {
  logGroupName: string;
  logStreamName: string;
}

/**
 * The variables of an environment: the function's own, Lambda's, its role's keys, and where AWS is
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime).
 */
export function variablesOf(
  one: LambdaFunction,
  { logGroupName, logStreamName }: LogPlace,
  keys: Credentials,
  endpoint: string,
): Record<string, string> {
  return {
    ...one.variables,
    _HANDLER: one.handler,
    AWS_REGION: one.region,
    AWS_DEFAULT_REGION: one.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${one.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: one.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(one.memorySizeMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
    AWS_ENDPOINT_URL: endpoint,
  };
}
