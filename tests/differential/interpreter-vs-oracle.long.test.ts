/** The same as `interpreter-vs-oracle.test.ts`, for as many programs as an hour or so allows. */

import { lockstepSuite } from '../fixtures/lockstep-suite.ts';

lockstepSuite('the interpreter', [
  { name: 'step by step', slice: 1, interrupts: false, programs: 50, seed: 100_000 },
  { name: 'in short slices, with interrupts', slice: 5, interrupts: true, programs: 100, seed: 200_000 },
  { name: 'in long slices, with interrupts', slice: 500, interrupts: true, programs: 100, seed: 300_000 },
]);
