import * as z from 'zod/mini';
import type { Contract } from '../../events/contract.ts';
import { WorkDue } from '../../events/run-events.ts';
import type { Received } from '../door.ts';
import { whyIgnored } from '../run/wish.ts';
import type { Invocation, World } from '../world.ts';
import { answerOf, type TaskAnswer } from './ask.ts';
import type { Asked } from './asked.ts';
import { patienceMs } from './drive.ts';
import { type Task, taskIdOfWork } from './task.ts';

/** A wrong request is answered with all its mistakes, and by an event: so it is read behind the door, not at it. */
export function taskDoor<Type extends string>(contract: Contract<unknown> & { type: Type }) {
  return { events: [{ ...contract, detail: z.unknown() }, WorkDue], bare: z.unknown() } as const;
}

type Door = ReturnType<typeof taskDoor>;

/** A request becomes a task, once; a task that is due is gone on with. */
export const taskFunction =
  <Answer extends TaskAnswer>(
    ask: (world: World, asked: Asked, invocation: Invocation) => Promise<Answer>,
    drive: (world: World, id: string, invocation: Invocation, patienceMs: number) => Promise<Task | undefined>,
  ) =>
  (world: World) =>
  async (received: Received<Door>, invocation: Invocation): Promise<Answer | TaskAnswer> => {
    if (received.type === 'Work Due') {
      const id = taskIdOfWork((received.detail as { key: string }).key);
      return answerOf(id, await drive(world, id, invocation, patienceMs));
    }
    if (received.type === 'bare') return ask(world, { value: received.detail, id: invocation.id }, invocation);
    const { envelope, detail: value } = received as Extract<Received<Door>, { envelope: unknown }>;
    const ignored = whyIgnored(envelope, world.hub.account, world.clock.now());
    if (ignored === undefined)
      return ask(world, { value, id: envelope.id, source: envelope.source, isEvent: true }, invocation);
    world.logger.warn('request ignored', { why: ignored });
    return { ignored };
  };
