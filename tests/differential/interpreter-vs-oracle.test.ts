/** Random programs on the generated interpreter and on the oracle: every register and CSR, step by step and in slices. */

import { lockstepSuite } from '../fixtures/lockstep-suite.ts';

lockstepSuite('the interpreter', [
  { name: 'step by step', slice: 1, interrupts: false, programs: 1, seed: 0 },
  { name: 'in slices, with interrupts', slice: 60, interrupts: true, programs: 2, seed: 1000 },
]);
