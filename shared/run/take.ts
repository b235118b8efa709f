import * as z from 'zod/mini';
import { runId } from '../../events/contract.ts';
import { RunRequested, WorkDue } from '../../events/run-events.ts';
import type { Received } from '../door.ts';
import type { Invocation, World } from '../world.ts';
import { type Drove, drive } from './drive.ts';

/** take-backups takes the two events that name a run, or its id, by `serverless invoke`. */
export const takeBackupsDoor = {
  events: [RunRequested, WorkDue],
  bare: z.strictObject({ run: runId }),
} as const;

/** Goes on with the run that the event names. Which event it is does not matter: the catalog says what is to be done. */
export const takeBackups =
  (world: World) =>
  async (
    received: Received<typeof takeBackupsDoor>,
    invocation: Invocation,
  ): Promise<{ run: string; drove: Drove }> => {
    const run = received.type === 'Work Due' ? received.detail.key : received.detail.run;
    return { run, drove: await drive(world, run, invocation) };
  };
