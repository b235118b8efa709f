import { ExportRequested } from '../../events/export-request.ts';
import { taskDoor, taskFunction } from '../task/trigger.ts';
import { ask } from './ask.ts';
import { drive } from './drive.ts';

export const exportDoor = taskDoor(ExportRequested);

/** Takes requests for exports, and goes on with those that are due. */
export const exportTable = taskFunction(ask, drive);
