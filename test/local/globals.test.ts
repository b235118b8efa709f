import { afterEach, expect, test } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { globalsOf, installGlobals } from '../../local/globals.ts';
import { seededRandom } from '../../local/random.ts';

const startAt = Date.UTC(2026, 0, 31, 2);
let uninstall = () => {};
afterEach(() => uninstall());

test('the present of a program is the clock plus its own skew, and dates that are spelt out stay as they are', () => {
  const { Date: OwnDate } = globalsOf(new VirtualClock(startAt), seededRandom(1), { skewMs: 250 });
  expect(OwnDate.now()).toBe(startAt + 250);
  expect(new OwnDate().toISOString()).toBe('2026-01-31T02:00:00.250Z');
  expect(new OwnDate(5).getTime()).toBe(5);
  expect(OwnDate.UTC(1970, 0)).toBe(0);
  expect(new Date(1) instanceof OwnDate && new OwnDate() instanceof Date).toBe(true);
});

test('timers fire in the order of the clock, intervals again and again, and cleared ones never', async () => {
  const clock = new VirtualClock(startAt);
  const own = globalsOf(clock, seededRandom(1));
  const fired: string[] = [];
  own.setTimeout((name: string) => fired.push(name), 1000, 'late');
  own.setTimeout(() => fired.push('soon'), 10);
  own.clearTimeout(own.setTimeout(() => fired.push('never'), 500));
  const interval = own.setInterval(() => fired.push('again'), 400);
  await clock.run(startAt + 1000);
  own.clearInterval(interval);
  await clock.run(startAt + 5000);
  expect(fired).toEqual(['soon', 'again', 'again', 'late']);
});

test('a program that was stopped does nothing any more', async () => {
  const clock = new VirtualClock(startAt);
  const own = globalsOf(clock, seededRandom(1));
  let fired = 0;
  own.setInterval(() => fired++, 100);
  own.stop();
  await clock.run(startAt + 1000);
  expect(fired).toBe(0);
});

test('the same seed gives the same chance, and the rest of Math is there', () => {
  const [one, two] = [7, 7].map((seed) => globalsOf(new VirtualClock(0), seededRandom(seed)).Math);
  expect(one?.random()).toBe(two?.random());
  expect(one?.max(1, 2)).toBe(2);
});

test('installed, the whole process lives by the clock; uninstalled, by the machine again', async () => {
  const before = Date.now();
  const clock = new VirtualClock(startAt);
  uninstall = installGlobals(clock, seededRandom(1));
  const expected = seededRandom(1).number();
  expect([Date.now(), Math.random()]).toEqual([startAt, expected]);
  let firedAt = 0;
  setTimeout(() => {
    firedAt = Date.now();
  }, 60_000);
  await clock.run(startAt + 3_600_000);
  expect(firedAt).toBe(startAt + 60_000);
  uninstall();
  expect(Date.now()).toBeGreaterThanOrEqual(before);
});
