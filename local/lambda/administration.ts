import type { LocalIam } from '../iam/iam.ts';
import type { Call, Core, Service } from '../service.ts';
import { policies, policyOf } from './function-policy.ts';
import {
  configurationOf,
  type FunctionInput,
  type Functions,
  invalid,
  type LambdaFunction,
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
