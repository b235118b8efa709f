import { RestoreRequested } from '../../events/restore-request.ts';
import { taskDoor, taskFunction } from '../task/trigger.ts';
import { ask } from './ask.ts';
import { drive } from './drive.ts';

export const restoreDoor = taskDoor(RestoreRequested);

/** Takes requests for restores, and goes on with those that are due. */
export const restore = taskFunction(ask, drive);
