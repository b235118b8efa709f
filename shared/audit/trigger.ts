import * as z from 'zod/mini';
import { WorkDue } from '../../events/run-events.ts';
import type { Received } from '../door.ts';
import { want } from '../retention/lease.ts';
import { parseTarget, type Target, targetKey } from '../target.ts';
import type { Invocation, World } from '../world.ts';
import { audit } from './audit.ts';
import { readDeadLetters } from './dead-letters.ts';
import { auditKey } from './memory.ts';
import { findStalled } from './stalled.ts';
import { auditedTargets } from './tables.ts';

/** audit takes what is due, and every hour, or by hand, nothing at all: then all targets become due. */
export const auditDoor = { events: [WorkDue], bare: z.strictObject({}) } as const;

/** What an invocation did. */
export interface Audited {
  audited: string[];
  /** Targets that the heartbeat starts, each on its own. */
  due: string[];
  deadLetters?: number;
  /** Runs and other work that stand still. */
  stalled?: number;
}

export const runAudit =
  (world: World) =>
  async (received: Received<typeof auditDoor>, invocation: Invocation): Promise<Audited> => {
    if (received.type === 'Work Due') {
      // `audit#<account>/<region>|cursor`
      const target = parseTarget((received.detail.key.split('|')[0] ?? '').slice('audit#'.length));
      return auditOne(world, target, invocation, false);
    }
    const found = { deadLetters: await readDeadLetters(world), stalled: await findStalled(world) };
    const [first, ...others] = auditedTargets(world);
    if (first !== undefined && others.length === 0) {
      return { ...(await auditOne(world, first, invocation)), ...found };
    }
    const targets = auditedTargets(world);
    for (const target of targets) await want(world, auditKey(target));
    return { audited: [], due: targets.map(targetKey), ...found };
  };

async function auditOne(world: World, target: Target, invocation: Invocation, isWanted = true): Promise<Audited> {
  const isDone = await audit(world, target, invocation, isWanted);
  return isDone ? { audited: [targetKey(target)], due: [] } : { audited: [], due: [targetKey(target)] };
}
