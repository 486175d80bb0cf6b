/**
 * The machine's time, as every one of its threads reads it.
 *
 * Wall time is the host's monotonic clock less what `MACHINE.timeLag64` holds; where that is negative, time stands still.
 * Time counted in instructions is what the one hart says it is; device and other threads read the value it last published.
 */
import { hrtime } from 'node:process';
import { TIMEBASE_HZ } from '../isa/csr.ts';
import { MACHINE, MACHINE_MAILBOX } from '../memory/layout.ts';

export const TICKS_PER_MILLISECOND = TIMEBASE_HZ / 1000;
export const NANOSECONDS_PER_TICK = 1e9 / TIMEBASE_HZ;
/** Where time is counted in instructions, one takes this long: a hart of 500 MIPS. */
export const NANOSECONDS_PER_INSTRUCTION = 2;

/**
 * The host's monotonic clock in milliseconds. It is one clock for all threads, so that of two harts the one that reads it
 * later never reads less; `performance.now()` would have to be aligned from thread to thread, which cannot be done exactly.
 */
export function hostMilliseconds(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

export interface MachineTimes {
  /** Wall time of the machine in milliseconds. */
  wall(): number;
  /** Has wall time start at 0. */
  begin(): void;
  /** Wall time stands still from here on. May only be called, as `resume` too, while all harts are paused. */
  stop(): void;
  /** Wall time goes on where it stopped; without effect if it goes already. */
  resume(): void;
  readonly stopped: boolean;
  /** The last published time counted in instructions, in nanoseconds. */
  virtual: number;
}

/** `host` is the host's clock in milliseconds. */
export function openTimes(memory: { readonly buffer: ArrayBufferLike }, host = hostMilliseconds): MachineTimes {
  const doubles = new Float64Array(memory.buffer, MACHINE_MAILBOX);
  const lag = MACHINE.timeLag64 / 8;
  const virtual = MACHINE.virtualTime64 / 8;
  // One word says both whether time goes and what it is, so that a thread that reads it meanwhile gets one or the other:
  // a lag, or the negative of one more than the time at which it stands
  const standing = (word: number) => -1 - word;
  const wall = () => {
    const word = doubles[lag]!;
    return word < 0 ? standing(word) : host() - word;
  };
  return {
    wall,
    begin: () => {
      doubles[lag] = host();
    },
    stop: () => {
      doubles[lag] = standing(wall());
    },
    resume: () => {
      if (doubles[lag]! < 0) doubles[lag] = host() - wall();
    },
    get stopped() {
      return doubles[lag]! < 0;
    },
    get virtual() {
      return doubles[virtual]!;
    },
    set virtual(value) {
      doubles[virtual] = value;
    },
  };
}
