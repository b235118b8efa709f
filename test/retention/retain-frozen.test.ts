import { afterEach, expect, test } from 'vitest';
import { retain } from '../../shared/retention/apply.ts';
import type { Backup } from '../../shared/run.ts';
import { hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const nightly = { plan: 'nightly', target: hub };
const apply = () => here.run(retain(here.world, nightly, here.invocation()));

test('a driver that stood still deletes nothing any more once another has taken over, wherever it stood', async () => {
  let spared = 0;
  for (let point = 0; ; point++) {
    here = await surroundings('2026-01-01T00:00Z');
    await here.table('orders');
    const taken: Backup[] = [];
    for (const day of [2, 3, 4]) taken.push(...(await here.backUpAll(`2026-01-0${day}T02:00Z`, ['orders'])));
    const [oldest, ...newer] = taken as [Backup, Backup, Backup];

    const { world, worker } = here.worker((at) => (at === point ? { freezeMs: 500_000 } : undefined));
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    const isFrozen = () => worker.points > point;
    retain(world, nightly, here.invocation()).then(over, over);
    await here.clock.run(here.clock.now() + 600_000, () => isOver || isFrozen());
    if (isOver) break;

    // Meanwhile both that are to be kept are deleted by hand, and another driver finds that the oldest is all there is.
    const atAws = await here.atAws();
    for (const backup of newer) await here.deleteByHand(backup);
    await here.pass(here.clock.now() + 120_000);
    await apply();
    await apply();
    await here.pass(here.clock.now() + 900_000);
    if (atAws.includes(oldest.backupArn ?? '')) {
      spared++;
      expect(await here.atAws(), `stood still at ${point}`).toEqual([oldest.backupArn]);
    }
    here.restore();
  }
  expect(spared).toBeGreaterThan(30);
});
