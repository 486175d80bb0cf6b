/** Random programs on the generated interpreter and on the oracle: every register and CSR, step by step and in slices. */

import { describe, expect, test } from 'vitest';
import { Lockstep, type LockstepOptions } from '../fixtures/lockstep.ts';
import { type ProgramOptions, randomProgram } from '../fixtures/random-program.ts';

const FLAVOURS: readonly (readonly [name: string, programs: number, options: ProgramOptions])[] = [
  ['M-mode', 8, { mode: 'M' }],
  ['S-mode', 3, { mode: 'S' }],
  ['U-mode', 4, { mode: 'U' }],
  ['M-mode with MPRV, Sv39', 4, { mode: 'M', paging: 'sv39' }],
  ['S-mode, Sv39', 5, { mode: 'S', paging: 'sv39' }],
  ['U-mode, Sv39', 5, { mode: 'U', paging: 'sv39' }],
  ['S-mode, Sv48', 3, { mode: 'S', paging: 'sv48' }],
  ['U-mode, Sv48', 3, { mode: 'U', paging: 'sv48' }],
  ['M-mode, PMP', 3, { mode: 'M', pmp: true }],
  ['S-mode, PMP', 3, { mode: 'S', pmp: true }],
  ['U-mode, PMP, Sv39', 3, { mode: 'U', pmp: true, paging: 'sv39' }],
];

const MANNERS: readonly (readonly [name: string, options: LockstepOptions])[] = [
  ['step by step', { slice: 1, interrupts: false }],
  ['in slices, with interrupts', { slice: 60, interrupts: true }],
];

describe.each(MANNERS)('the interpreter against the oracle, %s', (manner, how) => {
  describe.each(FLAVOURS)('%s', (_, programs, options) => {
    test.each(Array.from({ length: programs }, (_unused, seed) => seed))('program %i', (number) => {
      // The two manners see different programs
      const seed = 1000 * MANNERS.findIndex(([name]) => name === manner) + number;
      expect(new Lockstep(randomProgram(seed, options)).run(seed, how)).toEqual([]);
    });
  });
});
