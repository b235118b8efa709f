import fc from 'fast-check';
import { expect, test } from 'vitest';
import { realClock, sleep, VirtualClock } from '../../local/clock.ts';

test('timers fire in the order of their instants, those of one instant in the order they were set', async () => {
  const rows = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(rows, async (instants) => {
      const clock = new VirtualClock(0);
      const fired: [number, number][] = [];
      for (const [order, at] of instants.entries()) clock.at(at, () => fired.push([clock.now(), order]));
      await clock.run(100);
      const expected = instants.map((at, order): [number, number] => [at, order]);
      expect(fired).toEqual(expected.sort(([a, first], [b, second]) => a - b || first - second));
    }),
    { numRuns: 100 },
  );
});

test('a cancelled timer does not fire, and cancelling one that has fired does nothing', async () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  const cancel = clock.at(10, () => fired.push('a'));
  clock.at(20, () => fired.push('b'));
  clock.at(5, () => clock.at(20, () => fired.push('c'))());
  await clock.run(15);
  cancel();
  await clock.run(30);
  expect(fired).toEqual(['a', 'b']);
});

test('time stops where it was told to, and what is due later stays', async () => {
  const clock = new VirtualClock(1000);
  let woken = false;
  void sleep(clock, 50).then(() => {
    woken = true;
  });
  await clock.run(1049);
  expect([clock.now(), woken]).toEqual([1049, false]);
  await clock.run(1050);
  expect(woken).toBe(true);
});

test('time stops when what was waited for is done', async () => {
  const clock = new VirtualClock(0);
  let count = 0;
  const tick = () => {
    count++;
    clock.at(clock.now() + 10, tick);
  };
  tick();
  await clock.run(10_000, () => count === 5);
  expect(clock.now()).toBe(40);
});

test('time stands still during real work', async () => {
  const clock = new VirtualClock(0);
  let at = -1;
  clock.at(5, () => {
    void clock.during(new Promise((done) => setTimeout(done, 20))).then(() => {
      at = clock.now();
    });
  });
  clock.at(6, () => {});
  await clock.run(1000);
  expect(at).toBe(5);
});

test('a timer in the past fires at once, not back then', async () => {
  const clock = new VirtualClock(100);
  let at = 0;
  clock.at(10, () => {
    at = clock.now();
  });
  await clock.run(200);
  expect(at).toBe(100);
});

test('the machine’s clock fires no earlier than asked, and never what was cancelled', async () => {
  const clock = realClock();
  const start = clock.now();
  let isWrong = false;
  clock.at(start + 5, () => {
    isWrong = true;
  })();
  // Its timers do not keep the process alive, so something else has to.
  const alive = setInterval(() => {}, 1000);
  await sleep(clock, 20);
  clearInterval(alive);
  expect(clock.now() - start).toBeGreaterThanOrEqual(19);
  expect(isWrong).toBe(false);
});
