import type { World } from '../world.ts';
import { eventOf } from './carried.ts';
import { type HttpAnswer, readPayload } from './http.ts';
import { router } from './router.ts';

/** A function that answers requests of an HTTP API (payload format 2.0), whatever they are. */
export const api =
  (world: World) =>
  async ({ detail }: { detail: unknown }): Promise<HttpAnswer> => {
    const request = readPayload(detail);
    world.logger.appendKeys({ request: request.id });
    const { statusCode, headers, body } = await router.resolve(eventOf({ world, request }), {} as never);
    return { statusCode, headers: { ...headers } as Record<string, string>, body: body ?? '' };
  };
