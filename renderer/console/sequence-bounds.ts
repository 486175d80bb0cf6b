/**
 * Sequences whose cost grows with a number that the guest chooses. xterm.js carries them out in a loop: one short sequence with
 * a count of two thousand million would stop the window for minutes. Counts beyond the screen mean nothing more than the screen.
 */
export type Bound = 'rows' | 'columns';

/** By their final byte; all without prefix. */
export const BOUNDED: Readonly<Record<string, Bound>> = {
  /** SU, SD: scroll. */
  S: 'rows',
  T: 'rows',
  /** IL, DL: insert and delete lines. */
  L: 'rows',
  M: 'rows',
  /** CHT, CBT: tabs forward and back. */
  I: 'columns',
  Z: 'columns',
  /** REP: the character before, so many times more. */
  b: 'columns',
};

/** Whether it is left out. `parameters` as the parser gives them: missing ones are 0, which means 1. */
export function isUnbounded(parameters: readonly (number | number[])[], limit: number): boolean {
  const [count] = parameters;
  return typeof count === 'number' && count > limit;
}

/** Characters of an OSC string that a terminal keeps for long: an address behind text. */
export const MAX_OSC = 4096;
