import { expect, test } from 'vitest';
import { singles } from './crash-explore.ts';
import { crashing } from './crash-points.ts';
import { crashTests } from './crash-tests.ts';
import { simulate } from './simulation.ts';

crashTests('retention', {
  operations: ['DeleteBackup', 'DescribeBackup', 'GetItem', 'PutEvents', 'PutItem', 'Query', 'UpdateItem'],
  points: 90,
  sleeps: 2,
  goneOnWith: 95,
  pairs: 12,
});

test('all work is over, while the heartbeat goes on every minute for a day', async () => {
  const kills = await singles('retention', 'killed');
  for (const at of [0.3, 0.7]) {
    const story = crashing('retention', kills[Math.floor(at * kills.length)] ?? []);
    expect((await simulate({ ...story, afterEndMs: 86_400_000 })).violation).toBeUndefined();
  }
});
