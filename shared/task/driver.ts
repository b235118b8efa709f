import { Lease, takeItem } from '../lease.ts';
import type { Invocation, World } from '../world.ts';
import { taskKey } from './task.ts';

/** So long before Lambda ends the invocation, a driver stops by itself. */
const stopMs = 30_000;

/** The one driver of a task. */
export class Driver extends Lease {
  /** Undefined when another drives it, or it is over, or there is no such task. */
  static async take(world: World, id: string, invocation: Invocation): Promise<Driver | undefined> {
    const key = taskKey(id);
    const item = await takeItem(world, key, invocation);
    return item && new Driver(world, key, invocation, item, stopMs);
  }
}
