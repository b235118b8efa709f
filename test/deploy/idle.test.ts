import { afterAll, beforeAll, expect, test } from 'vitest';
import { idle, type Use } from '../../deploy/checks/cost.ts';
import { type Packaged, packageService } from '../../deploy/package.ts';
import type { Call } from '../../local/service.ts';
import { type Metered, metering, nothingMetered } from '../support/meter.ts';
import { type Deployed, deploy } from './deployed.ts';

/** From half past an hour on. */
const hours = 2;

let packaged: Packaged;
let deployed: Deployed;
/** By function. */
const metered: Record<string, Metered> = {};
const invocations: Record<string, number> = {};

function of({ caller, operation, input }: Call): Metered {
  const name = operation === 'Invoke' ? String(input.FunctionName) : caller.principalArn;
  const [, known = 'others'] = /tablekeep-dev-(?:us-east-1-)?([a-z-]+)$/.exec(name) ?? [];
  if (operation === 'Invoke') invocations[known] = (invocations[known] ?? 0) + 1;
  metered[known] ??= nothingMetered();
  return metered[known];
}

beforeAll(async () => {
  packaged = await packageService();
  deployed = await deploy(packaged);
  // The first audit has more to do.
  await deployed.clock.run(deployed.clock.now() + 1.5 * 3_600_000, () => false);
  deployed.aws.intercept(metering(of));
  await deployed.clock.run(deployed.clock.now() + hours * 3_600_000, () => false);
});
afterAll(() => {
  deployed?.end();
  packaged?.remove();
});

/** What is claimed is what was counted, or up to a half more. */
function expectClaimed(claimed: Use | undefined, name: string, firings: number): void {
  const { readUnits = 0, writeUnits = 0, events = 0 } = metered[name] ?? {};
  const counted = { invocations: invocations[name] ?? 0, reads: readUnits, writes: writeUnits, events };
  for (const [what, count] of Object.entries(counted)) {
    const claim = claimed?.[what as keyof Use] ?? 0;
    expect(count / firings, `${name}: ${what}`).toBeLessThanOrEqual(claim);
    if (count > firings) expect(claim, `${name}: ${what}`).toBeLessThanOrEqual((1.5 * count) / firings);
  }
}

test('a heartbeat that finds nothing asks the catalog once, and writes nothing', () => {
  expect(invocations.heartbeat).toBe(hours * 60);
  expectClaimed(idle.HeartbeatLambdaFunction, 'heartbeat', hours * 60);
  expect(metered.heartbeat?.byOperation.Query).toBeGreaterThanOrEqual(hours * 60 - 1);
  expect(metered.heartbeat?.writeUnits).toBe(0);
});

test('an audit of an account without tables costs what its price says', () => {
  expectClaimed(idle.AuditLambdaFunction, 'audit', hours);
});

test('while nothing happens no metric is sent, and the heartbeat writes nothing', () => {
  const logged = ['heartbeat', 'audit'].map((name) =>
    deployed.aws.lambda.logs(`tablekeep-dev-${name}`).map(({ text }) => text),
  );
  expect(logged[0]).toEqual([]);
  expect(logged[1]?.filter((text) => text.includes('CloudWatchMetrics'))).toEqual([]);
});
