import { kindOf } from '../errors.ts';
import { fail, write } from '../task/drive.ts';
import { inSlots } from '../task/paced.ts';
import type { Exporting } from './export-task.ts';

const lookAgainMs = 15_000;
/** Switching on takes seconds; after so long nobody waits any more. */
const longestMs = 3_600_000;

/** Where the request says so and recovery was off: switches it on, and waits until there is something to export. */
export async function recover(exporting: Exporting): Promise<'next' | number> {
  const { world, task } = exporting;
  const { plan, recoveryEnabledAt } = task;
  if (!plan.enablesRecovery || task.sentAt !== undefined) return 'next';
  const calls = world.exports(plan.target);
  const now = world.clock.now();
  const paced = inSlots(world, plan.target);
  const window = await paced('DescribeContinuousBackups', () => calls.recoveryWindow(plan.table.name));
  if (window !== undefined) return 'next';
  if (recoveryEnabledAt === undefined) {
    try {
      await calls.enableRecovery(plan.table.name);
    } catch (error) {
      if (kindOf(error) !== 'later') throw error;
      return now + lookAgainMs;
    }
    await write(exporting, { recoveryEnabledAt: now }, 'point-in-time recovery is switched on');
  } else if (now > recoveryEnabledAt + longestMs) {
    const problem = `Point-in-time recovery of ${plan.table.name} was switched on an hour ago and is still off.`;
    const remedy = 'Look whether somebody switches it off, and ask under a new requestId.';
    return fail(exporting, 'RecoveryOff', [{ field: 'enablePointInTimeRecovery', problem, remedy }]);
  }
  return now + lookAgainMs;
}
