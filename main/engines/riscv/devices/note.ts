import type { DeviceClock, Note } from './device.ts';

/** Remarks let through at once, and how long it takes until one more may pass. */
const BURST = 10;
const REFILL_NANOSECONDS = 1_000_000_000n;

/**
 * Lets few of a guest's misdeeds through to `note`: a guest can cause remarks faster than any log should grow. The next
 * remark that passes says how many did not.
 */
export function rateLimited(note: Note, clock: Pick<DeviceClock, 'nanoseconds'>): Note {
  let tokens = BURST;
  let refilled = clock.nanoseconds();
  let dropped = 0;
  return (message) => {
    const earned = (clock.nanoseconds() - refilled) / REFILL_NANOSECONDS;
    if (earned > 0n) {
      tokens = earned >= BURST ? BURST : Math.min(BURST, tokens + Number(earned));
      refilled += earned * REFILL_NANOSECONDS;
    }
    if (tokens === 0) {
      dropped++;
      return;
    }
    tokens--;
    note(dropped > 0 ? `${message} (${dropped} remarks before this one were left out)` : message);
    dropped = 0;
  };
}
