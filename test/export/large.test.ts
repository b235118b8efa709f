import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucket, largeExport } from '../../bench/large-export.ts';
import { type Packaged, packageService } from '../../deploy/package.ts';

let packaged: Packaged;
beforeAll(async () => {
  packaged = await packageService({ parameters: { exportBuckets: bucket } });
});
afterAll(() => packaged?.remove());

// The same with a million items: bench/large-export.ts.
test.runIf(process.platform === 'linux')(
  'the packaged function exports and verifies within its memory, in a process of its own, over HTTP',
  async () => {
    const { items, files, bytes, peakBytes } = await largeExport(5000, 64, packaged);
    expect({ items, files }).toEqual({ items: 5000, files: 4 });
    expect(bytes).toBeGreaterThan(50_000);
    expect(peakBytes).toBeLessThan(160 * 2 ** 20);
  },
);
