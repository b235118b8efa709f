import type { Clock } from '../clock.ts';
import { contextOf, type Handler } from './context.ts';
import { failure, type Runner } from './runner.ts';

/** Runs plain functions by name in place of packages; what has none is run by `otherwise`. For fast tests. */
export function sourceRunner(clock: Clock, handlers: Record<string, Handler>, otherwise?: Runner): Runner {
  return (setting) => {
    const handler = handlers[setting.functionName];
    if (handler === undefined) {
      if (otherwise === undefined) throw new Error(`No handler was given for ${setting.functionName}.`);
      return otherwise(setting);
    }
    return {
      async invoke(invocation) {
        try {
          const answer = await handler(
            JSON.parse(invocation.event),
            contextOf(setting, invocation, () => clock.now()),
          );
          return { payload: JSON.stringify(answer) ?? 'null', isError: false };
        } catch (error) {
          return failure(error);
        }
      },
      close() {},
    };
  };
}
