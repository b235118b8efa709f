import * as z from 'zod/mini';
import { instant, planName } from '../../events/contract.ts';
import { ExportRequested } from '../../events/export-request.ts';
import type { Received } from '../door.ts';
import { PermanentError } from '../errors.ts';
import { taskIdOfWork } from '../task/task.ts';
import { taskDoor, taskFunction } from '../task/trigger.ts';
import type { Invocation, World } from '../world.ts';
import type { Answer } from './ask.ts';
import { ask } from './ask.ts';
import { fire, isRound } from './chain/firing.ts';
import { driveRound } from './chain/round.ts';
import { drive } from './drive.ts';

export const exportDoor = taskDoor(ExportRequested);

/** Of a schedule, or by hand: exports of plans.yml by their name. */
const Firing = z.strictObject({ exports: planName, scheduledAt: z.optional(instant) });

/** What an invocation answers; to a firing with the rounds, one for each target. */
export interface Exported extends Answer {
  rounds?: string[];
}

const onRequest = taskFunction(ask, drive);

/** Takes requests for exports and firings of plans.yml, and goes on with exports and rounds that are due. */
export const exportTable =
  (world: World) =>
  async (received: Received<typeof exportDoor>, invocation: Invocation): Promise<Exported> => {
    const { type, detail } = received;
    if (type === 'bare' && isFiring(detail)) return fireAll(world, detail, invocation);
    if (type !== 'Work Due') return onRequest(world)(received, invocation);
    const id = taskIdOfWork((detail as { key: string }).key);
    if (!isRound(id)) return onRequest(world)(received, invocation);
    await driveRound(world, id, invocation);
    return { task: id };
  };

const isFiring = (detail: unknown): detail is object =>
  typeof detail === 'object' && detail !== null && 'exports' in detail;

/** One round is driven at once, the others by the heartbeat, each on its own. */
async function fireAll(world: World, detail: object, invocation: Invocation): Promise<Exported> {
  const read = z.safeParse(Firing, detail);
  if (!read.success) {
    throw new PermanentError(
      `A firing of exports is {"exports": "<name>", "scheduledAt": "2026-01-31T02:00:00Z"}, not ${JSON.stringify(detail).slice(0, 200)}.`,
    );
  }
  const { exports, scheduledAt } = read.data;
  const rounds = await fire(world, {
    exports,
    ...(scheduledAt !== undefined && { scheduledAt: Date.parse(scheduledAt) }),
  });
  if (rounds[0] !== undefined) await driveRound(world, rounds[0], invocation);
  return { rounds };
}
