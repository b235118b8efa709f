import { defineConfig } from 'vitest/config';

/** What `npm run mutate` runs for each mutant: the tests of pure code, the properties with few cases. */
export default defineConfig({
  test: {
    include: [
      'test/properties/{cron,names,patterns,retention,slots}.test.ts',
      'test/quota/quota.test.ts',
      'test/retention/{budget,judge}.test.ts',
      'test/run/keys.test.ts',
      'test/schedule/schedule.test.ts',
      'test/selection/selection.test.ts',
    ],
    env: { CASES: '100' },
    testTimeout: 30_000,
  },
});
