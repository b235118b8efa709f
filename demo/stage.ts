import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Packaged, packageService } from '../deploy/package.ts';
import { packagedIn } from '../local/cloudformation/cloudformation.ts';
import type { WholeAws } from '../local/services.ts';

/** Whoever signs with a key that is no function's: the administrator of the local AWS's account. */
const administratorArn = 'arn:aws:iam::123456789012:root';

/** Packages the service with these plans instead of plans.yml, and these parameters, in the way of `npx serverless package`. */
export async function packageWith(
  plansText: string,
  parameters: Record<string, string>,
  signal?: AbortSignal,
): Promise<Packaged> {
  const directory = mkdtempSync(join(tmpdir(), 'tablekeep-plans-'));
  const plans = join(directory, 'plans.yml');
  try {
    writeFileSync(plans, plansText);
    return await packageService({
      plans,
      parameters: { requesters: administratorArn, ...parameters },
      ...(signal && { signal }),
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The service as it runs in the local AWS. */
export interface Deployed {
  /** Name in Lambda of a function of serverless.yml. */
  functionName(name: string): string;
  outputs: Record<string, string>;
  resources: number;
}

/** Deploys the packaged service. On a virtual clock, time must pass meanwhile. */
export async function deployDemo({ cloudformation }: WholeAws, packaged: Packaged): Promise<Deployed> {
  const { outputs, resources } = await cloudformation.deploy(JSON.stringify(packaged.template), {
    stackName: 'tablekeep-dev',
    codeOf: packagedIn(packaged.directory),
  });
  return {
    functionName: (name) => `tablekeep-dev-${name}`,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])),
    resources: resources.size,
  };
}

/** AWS's own clients, signed in as the administrator of the local AWS's account. */
export function administrator(
  { core }: WholeAws,
  way: { requestHandler?: Record<string, unknown>; endpoint?: string },
) {
  const config = {
    ...way,
    region: core.region,
    credentials: { accessKeyId: core.account, secretAccessKey: 'local' },
  };
  return {
    dynamodb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
  };
}

export type Administrator = ReturnType<typeof administrator>;

/** A bucket of the account, made by its administrator. */
export async function makeBucket({ core, iam }: WholeAws, Bucket: string): Promise<void> {
  const { account, region } = core;
  const caller = iam.caller(account);
  await core.call({ service: 's3', operation: 'CreateBucket', input: { Bucket }, caller, account, region });
}
