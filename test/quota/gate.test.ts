import { expect, test } from 'vitest';
import { done } from '../support/done.ts';
import { hub, local } from '../support/world.ts';

test('slots that a busy process comes to all at once are sent one after another, and dropped where that takes too long', async () => {
  const here = await local();
  const { quotas } = here.world().world;
  const slot = here.clock.now() + 10;
  const sentAt: number[] = [];
  const send = async () => void sentAt.push(here.clock.now());
  await done(here, Promise.all(Array.from({ length: 60 }, () => quotas.inSlot(hub, 'CreateBackup', slot, send))));
  here.close();
  const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...sentAt)).toBeLessThanOrEqual(slot + 250);
});
