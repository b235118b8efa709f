import * as z from 'zod/mini';
import { RestoreRequested } from '../../events/restore-request.ts';
import { WorkDue } from '../../events/run-events.ts';
import type { Received } from '../door.ts';
import { whyIgnored } from '../run/wish.ts';
import { taskIdOfWork } from '../task/task.ts';
import type { Invocation, World } from '../world.ts';
import { type Answer, answerOf, ask } from './ask.ts';
import { drive } from './drive.ts';

/** A wrong request is answered with all its mistakes, and by an event: so it is read behind the door, not at it. */
export const restoreDoor = {
  events: [{ ...RestoreRequested, detail: z.unknown() }, WorkDue],
  bare: z.unknown(),
} as const;

/** The heartbeat comes every minute: until then this invocation looks itself. */
const patienceMs = 55_000;

/** A request becomes a task, once; a task that is due is gone on with. */
export const restore =
  (world: World) =>
  async (received: Received<typeof restoreDoor>, invocation: Invocation): Promise<Answer> => {
    if (received.type === 'Work Due') {
      const id = taskIdOfWork((received.detail as { key: string }).key);
      return answerOf(id, await drive(world, id, invocation, patienceMs));
    }
    if (received.type === 'bare') return ask(world, { value: received.detail, id: invocation.id }, invocation);
    const { envelope, detail: value } = received;
    const ignored = whyIgnored(envelope, world.hub.account, world.clock.now());
    if (ignored === undefined) return ask(world, { value, id: envelope.id, isEvent: true }, invocation);
    world.logger.warn('request ignored', { why: ignored });
    return { ignored };
  };
