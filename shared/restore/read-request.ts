import { type RestoreRequest, RestoreRequested } from '../../events/restore-request.ts';
import { type Read, readAs } from '../task/read-request.ts';
import { contradictionsOf } from './contradictions.ts';

/** Reads a request: all that is wrong with it by itself at once, each with its field and what to write instead. */
export const readRequest = (value: unknown): Read<RestoreRequest> => readAs(RestoreRequested, value, contradictionsOf);
