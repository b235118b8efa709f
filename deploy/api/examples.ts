/** A request as it was sent, and what was answered. */
export interface Example {
  request?: unknown;
  response?: unknown;
  failures?: Record<number, unknown>;
}

/** By the name of the route. */
export const examples: Record<string, Example> = {};
