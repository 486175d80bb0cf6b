/**
 * The machine's time, as every one of its threads reads it.
 *
 * Wall time is the host's monotonic clock less what `MACHINE.timeLag64` holds. Time counted in instructions is what the
 * one hart says it is; device and other threads read the value it last published.
 */
import { performance } from 'node:perf_hooks';
import { hrtime } from 'node:process';
import { TIMEBASE_HZ } from '../isa/csr.ts';
import { MACHINE, MACHINE_MAILBOX } from '../memory/layout.ts';

export const TICKS_PER_MILLISECOND = TIMEBASE_HZ / 1000;
export const NANOSECONDS_PER_TICK = 1e9 / TIMEBASE_HZ;
/** Where time is counted in instructions, one takes this long: a hart of 500 MIPS. */
export const NANOSECONDS_PER_INSTRUCTION = 2;

/** `performance.now()` counts from the start of each thread; this makes of it the clock that all threads share. */
const THREAD_OFFSET_MS = (() => {
  const before = performance.now();
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6 - (before + performance.now()) / 2;
})();

/** The host's monotonic clock in milliseconds, the same in every thread. */
export function hostMilliseconds(): number {
  return performance.now() + THREAD_OFFSET_MS;
}

export interface MachineTimes {
  /** Wall time of the machine in milliseconds. */
  wall(): number;
  /** Milliseconds to take from the host's clock. May only be set while all harts are paused. */
  lag: number;
  /** The last published time counted in instructions, in nanoseconds. */
  virtual: number;
}

export function openTimes(memory: { readonly buffer: ArrayBufferLike }): MachineTimes {
  const doubles = new Float64Array(memory.buffer, MACHINE_MAILBOX);
  const lag = MACHINE.timeLag64 / 8;
  const virtual = MACHINE.virtualTime64 / 8;
  return {
    wall: () => hostMilliseconds() - doubles[lag]!,
    get lag() {
      return doubles[lag]!;
    },
    set lag(value) {
      doubles[lag] = value;
    },
    get virtual() {
      return doubles[virtual]!;
    },
    set virtual(value) {
      doubles[virtual] = value;
    },
  };
}
