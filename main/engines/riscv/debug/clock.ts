/** The time of a machine that a debugger stops and starts: it passes only while the machine runs. */
import { hostMilliseconds, NANOSECONDS_PER_INSTRUCTION } from '../threads/clock.ts';

export interface DebugClock {
  /** Nanoseconds of the machine's time. `executed`: instructions so far, over all harts. */
  now(executed: number): number;
  /** The machine starts or stops running. */
  running(state: boolean): void;
  /** All harts are idle until `deadline` in nanoseconds. Returns the milliseconds to wait; 0 if it has passed now. */
  idle(deadline: number, executed: number): number;
}

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Time that is counted in instructions; while all harts are idle it jumps to the next event. */
export function countedClock(): DebugClock {
  let skipped = 0;
  const now = (executed: number) => executed * NANOSECONDS_PER_INSTRUCTION + skipped;
  return {
    now,
    running() {},
    idle(deadline, executed) {
      if (deadline === Number.POSITIVE_INFINITY) return deadline;
      skipped += Math.max(0, deadline - now(executed));
      return 0;
    },
  };
}

/** The host's time, less that for which the machine was stopped. */
export function wallClock(host: () => number = hostMilliseconds): DebugClock {
  let passed = 0;
  let since: number | undefined;
  const now = () => (passed + (since === undefined ? 0 : host() - since)) * NANOSECONDS_PER_MILLISECOND;
  return {
    now,
    running(state) {
      if (since !== undefined) passed += host() - since;
      since = state ? host() : undefined;
    },
    idle: (deadline) => Math.max(0, (deadline - now()) / NANOSECONDS_PER_MILLISECOND),
  };
}
