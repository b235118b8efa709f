import type { Caller } from '../service.ts';

/** AWS takes on a role for a rule or a schedule: throws `AwsError` unless the role's trust policy lets it. */
export type AssumeFor = (by: { service: string; sourceArn: string; sourceAccount: string }, roleArn: string) => Caller;

/** Every role trusts everybody. */
export const trustful: AssumeFor = (_by, roleArn) => ({
  account: roleArn.split(':')[4] ?? '',
  principalArn: roleArn,
  arn: roleArn,
});
