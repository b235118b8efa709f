import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Packaged, packageService } from '../deploy/package.ts';
import { packagedIn } from '../local/cloudformation/cloudformation.ts';
import type { WholeAws } from '../local/services.ts';

/** Packages the service with these plans instead of plans.yml, in the way of `npx serverless package`. */
export async function packageWith(plansText: string, signal?: AbortSignal): Promise<Packaged> {
  const directory = mkdtempSync(join(tmpdir(), 'tablekeep-plans-'));
  const plans = join(directory, 'plans.yml');
  try {
    writeFileSync(plans, plansText);
    return await packageService({ plans, ...(signal && { signal }) });
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
export function administrator({ core }: WholeAws, way: { requestHandler?: object; endpoint?: string }) {
  const config = {
    ...way,
    region: core.region,
    credentials: { accessKeyId: core.account, secretAccessKey: 'local' },
  } as ConstructorParameters<typeof DynamoDBClient>[0] & object;
  return {
    dynamodb: new DynamoDBClient(config),
    kms: new KMSClient(config as ConstructorParameters<typeof KMSClient>[0] & object),
    lambda: new LambdaClient(config as ConstructorParameters<typeof LambdaClient>[0] & object),
  };
}

export type Administrator = ReturnType<typeof administrator>;
