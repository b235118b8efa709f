import recorded from './examples.json' with { type: 'json' };

/** A request as it was sent, and what was answered. */
export interface Example {
  request?: unknown;
  response?: unknown;
  /** By status. */
  failures?: Record<string, unknown>;
}

/** Recorded at `npm start`, by the name of the route. */
export const examples: Record<string, Example> = recorded;
