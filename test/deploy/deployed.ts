import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Packaged } from '../../deploy/package.ts';
import { VirtualClock } from '../../local/clock.ts';
import { packagedIn } from '../../local/cloudformation/cloudformation.ts';
import { installGlobals } from '../../local/globals.ts';
import { seededRandom } from '../../local/random.ts';
import { createWholeAws, type WholeAws } from '../../local/services.ts';
import { inProcess } from '../../local/transport.ts';

/** A packaged service, deployed to a local AWS of its own on a virtual clock that also lies under this process. */
export interface Deployed {
  aws: WholeAws;
  clock: VirtualClock;
  /** Lets time pass until the work is done; fails when it takes more than `minutes`. */
  whenDone<T>(work: Promise<T>, minutes?: number): Promise<T>;
  /** Invokes a function by the name of its resource; fails when it does, or answers that it did. */
  invoke(name: string, request: object): Promise<void>;
  /** What a resource of the template is called. */
  physicalId(logicalId: string): string;
  /** Of the stack, by name. */
  outputs: Record<string, string>;
  end(): void;
}

/** Deploys it to 123456789012, us-east-1, in the night before 31 January 2027. */
export async function deploy(packaged: Packaged): Promise<Deployed> {
  const clock = new VirtualClock(Date.UTC(2027, 0, 30, 12));
  const uninstall = installGlobals(clock, seededRandom(5));
  const aws = createWholeAws({ clock, latencyMs: () => 20 });
  const whenDone = async <T>(work: Promise<T>, minutes = 30): Promise<T> => {
    let isDone = false;
    const ended = work.finally(() => {
      isDone = true;
    });
    ended.catch(() => {});
    await clock.run(clock.now() + minutes * 60_000, () => isDone);
    if (!isDone) throw new Error(`Not done within ${minutes} minutes of the clock.`);
    return ended;
  };
  const deploying = aws.cloudformation.deploy(JSON.stringify(packaged.template), {
    stackName: 'tablekeep-dev',
    codeOf: packagedIn(packaged.directory),
  });
  const { resources, outputs: described } = await whenDone(deploying);
  const outputs = Object.fromEntries(Object.entries(described).map(([name, { value }]) => [name, value]));
  const physicalId = (logicalId: string) => resources.get(logicalId)?.physicalId ?? '';
  const invoke = (name: string, request: object) => whenDone(invoked({ aws, physicalId }, name, request));
  return { aws, clock, whenDone, invoke, physicalId, outputs, end: uninstall };
}

/** As `serverless invoke` does. */
async function invoked({ aws, physicalId }: Pick<Deployed, 'aws' | 'physicalId'>, name: string, request: object) {
  const lambda = new LambdaClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'any' },
    requestHandler: inProcess(aws),
  });
  const Payload = new TextEncoder().encode(JSON.stringify(request));
  const { Payload: answer, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: physicalId(`${name}LambdaFunction`), Payload }),
  );
  const text = new TextDecoder().decode(answer);
  if (FunctionError !== undefined || text.includes('"failed"')) throw new Error(text);
}
