import type { LocalIam } from '../iam/iam.ts';
import { AwsError, type Call, type Core, type Service } from '../service.ts';
import {
  configurationOf,
  type FunctionInput,
  type Functions,
  invalid,
  type LambdaFunction,
  type PolicyStatement,
  settingsOf,
} from './functions.ts';

/** What Lambda says if a role does not let it in, whatever the reason. */
function checkRole(iam: LocalIam, roleArn: string | undefined, account: string): void {
  try {
    iam.assumeFor({ service: 'lambda.amazonaws.com', sourceAccount: account }, roleArn ?? '');
  } catch {
    throw invalid('The role defined for the function cannot be assumed by Lambda.');
  }
}

/** The operations that make, change, show and delete functions. */
export function administration(
  core: Core,
  iam: LocalIam,
  functions: Functions,
  dropped: (one: LambdaFunction) => void,
): Service['operations'] {
  const stamp = () => ({ modifiedAt: core.clock.now(), revision: core.random.uuid() });

  const create = ({ input, account, region }: Call) => {
    const given = input as unknown as FunctionInput;
    const settings = settingsOf(given);
    checkRole(iam, given.Role, account);
    const { roleArn = '', code } = settings;
    if (code === undefined) throw invalid('Please provide a source for function code.');
    const name = given.FunctionName;
    const one: LambdaFunction = {
      account,
      region,
      name,
      arn: `arn:aws:lambda:${region}:${account}:function:${name}`,
      handler: '',
      runtime: '',
      description: '',
      timeoutSeconds: 3,
      memorySizeMb: 128,
      variables: {},
      architectures: ['x86_64'],
      versions: 0,
      policy: policyOf([]),
      eventInvoke: new Map(),
      ...settings,
      roleArn,
      code,
      ...stamp(),
    };
    functions.add(one);
    return configurationOf(one);
  };

  const update = (call: Call) => {
    const one = functions.of(call);
    const settings = settingsOf(call.input as unknown as FunctionInput);
    if (settings.roleArn !== undefined) checkRole(iam, settings.roleArn, one.account);
    Object.assign(one, settings, stamp());
    return configurationOf(one);
  };

  const reserve = (call: Call) => {
    const one = functions.of(call);
    const count = call.input.ReservedConcurrentExecutions;
    if (!Number.isInteger(count) || Number(count) < 0) throw invalid('ReservedConcurrentExecutions must be 0 or more.');
    one.reservedConcurrency = Number(count);
    return { ReservedConcurrentExecutions: one.reservedConcurrency };
  };
  const reservationOf = ({ reservedConcurrency }: LambdaFunction) =>
    reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };

  return {
    CreateFunction: create,
    UpdateFunctionCode: update,
    UpdateFunctionConfiguration: update,
    GetFunction(call) {
      const one = functions.of(call);
      const Code = { RepositoryType: 'S3', Location: '' };
      return { Configuration: configurationOf(one), Code, Concurrency: reservationOf(one) };
    },
    GetFunctionConfiguration: (call) => configurationOf(functions.of(call)),
    ListFunctions: ({ account, region }) => ({
      Functions: functions.list(account, region).map((one) => configurationOf(one)),
    }),
    DeleteFunction(call) {
      const one = functions.of(call);
      functions.delete(one.arn);
      dropped(one);
    },
    PublishVersion(call) {
      const one = functions.of(call);
      one.versions++;
      return configurationOf(one, String(one.versions));
    },
    PutFunctionConcurrency: reserve,
    GetFunctionConcurrency: (call) => reservationOf(functions.of(call)),
    DeleteFunctionConcurrency(call) {
      delete functions.of(call).reservedConcurrency;
    },
    ...policies(functions),
  };
}

/** The operations on a function's own policy: who outside its account's policies may invoke it. */
function policies(functions: Functions): Service['operations'] {
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

const policyOf = (statements: PolicyStatement[]): LambdaFunction['policy'] => ({
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
