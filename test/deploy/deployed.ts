import type { Packaged } from '../../deploy/package.ts';
import { VirtualClock } from '../../local/clock.ts';
import { packagedIn } from '../../local/cloudformation/cloudformation.ts';
import { installGlobals } from '../../local/globals.ts';
import { seededRandom } from '../../local/random.ts';
import { createWholeAws, type WholeAws } from '../../local/services.ts';

/** A packaged service, deployed to a local AWS of its own on a virtual clock that also lies under this process. */
export interface Deployed {
  aws: WholeAws;
  clock: VirtualClock;
  /** Lets time pass until the work is done; fails when it takes more than `minutes`. */
  whenDone<T>(work: Promise<T>, minutes?: number): Promise<T>;
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
  return { aws, clock, whenDone, physicalId, outputs, end: uninstall };
}
