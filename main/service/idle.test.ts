import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { endWhenIdle, idleSeconds } from './idle.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What happens, and after how many seconds the next thing does. */
const step = fc.record({ running: fc.nat(2), doors: fc.nat(2), seconds: fc.integer({ min: 1, max: 15 }) });

it('ends after so many seconds without need on end, and never sooner', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let need = { running: 0, doors: 0 };
      let tell = () => {};
      let endedAt: number | undefined;
      let at = 0;
      endWhenIdle({ need: () => need, onNeed: (listener) => (tell = listener) }, 10, () => {
        endedAt ??= at;
      });
      // The same, counted second by second
      let idle = 0;
      let expectedAt: number | undefined;
      for (const { running, doors, seconds } of steps) {
        for (let n = 0; n < seconds; n++) {
          at++;
          vi.advanceTimersByTime(1000);
          idle = need.running > 0 || need.doors > 0 ? 0 : idle + 1;
          if (idle === 10) expectedAt ??= at;
        }
        need = { running, doors };
        tell();
      }
      expect(endedAt).toBe(expectedAt);
      vi.clearAllTimers();
    }),
  );
});

it('INN_HOST_IDLE counts where it is a number', () => {
  expect(idleSeconds({})).toBe(10);
  expect(idleSeconds({ INN_HOST_IDLE: '0.5' })).toBe(0.5);
  expect(idleSeconds({ INN_HOST_IDLE: '0' })).toBe(0);
  for (const text of ['', ' ', 'soon', '-1', 'Infinity', 'NaN']) expect(idleSeconds({ INN_HOST_IDLE: text })).toBe(10);
});
