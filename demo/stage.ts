import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Packaged, packageService } from '../deploy/package.ts';
import { packagedIn } from '../local/cloudformation/cloudformation.ts';
import type { WholeAws } from '../local/services.ts';

/** Packages the service with plans of the demo, in the way of `npx serverless package`. */
export function packageDemo(plansFile: string, signal?: AbortSignal): Promise<Packaged> {
  const plans = fileURLToPath(new URL(plansFile, import.meta.url));
  return packageService({ plans, stage: 'demo', ...(signal && { signal }) });
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
    stackName: 'tablekeep-demo',
    codeOf: packagedIn(packaged.directory),
  });
  return {
    functionName: (name) => `tablekeep-demo-${name}`,
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
