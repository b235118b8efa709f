import { ImportRequested } from '../../events/import-request.ts';
import { taskDoor, taskFunction } from '../task/trigger.ts';
import { ask } from './ask.ts';
import { drive } from './drive.ts';

export const importDoor = taskDoor(ImportRequested);

/** Takes requests for imports, and goes on with those that are due. */
export const importTable = taskFunction(ask, drive);
