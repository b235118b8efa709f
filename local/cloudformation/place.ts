import { sleep } from '../clock.ts';
import { AwsError } from '../service.ts';
import type { Deployer, DeployOptions } from './deploy.ts';
import type { Place, Properties } from './kind.ts';
import type { Stack } from './stacks.ts';

/** How long CloudFormation is waited for at most, and how often it looks. */
const patienceMs = 10 * 60_000;
const lookEveryMs = 1000;

/** Where a resource of a stack is made: calls as the administrator of its account, and names as CloudFormation gives them. */
export function placeOf(
  { core, iam }: Deployer,
  stack: Stack,
  logicalId: string,
  codeOf: DeployOptions['codeOf'],
): Place {
  const { account, region } = stack;
  const caller = iam.caller(account);
  return {
    account,
    region,
    logicalId,
    iam,
    async call(service, operation, input) {
      return ((await core.call({ service, operation, input, caller, account, region })) ?? {}) as Properties;
    },
    generateName(longest) {
      const random = core.random.hex(12).toUpperCase();
      return `${`${stack.name}-${logicalId}`.slice(0, longest - 13)}-${random}`;
    },
    async patiently(codes, work) {
      const untilAt = core.clock.now() + patienceMs;
      for (;;) {
        try {
          return await work();
        } catch (error) {
          const passes = error instanceof AwsError && codes.includes(error.code) && core.clock.now() < untilAt;
          if (!passes) throw error;
          await sleep(core.clock, lookEveryMs);
        }
      }
    },
    codeOf(s3Key) {
      if (codeOf === undefined) throw new Error('Nobody said where the code of functions is (codeOf).');
      return codeOf(logicalId, s3Key);
    },
    arn: (service, resource) => `arn:aws:${service}:${region}:${account}:${resource}`,
  };
}
