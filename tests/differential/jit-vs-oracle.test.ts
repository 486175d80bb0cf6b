/** The same random programs, compiled as soon as they are jumped to. */

import { lockstepSuite } from '../fixtures/lockstep-suite.ts';

lockstepSuite('compiled code', [
  {
    name: 'compiled on the first jump, in slices',
    slice: 200,
    interrupts: true,
    programs: 2,
    seed: 2000,
    compileAt: 1,
  },
  {
    name: 'compiled on the third jump, in slices',
    slice: 1000,
    interrupts: true,
    programs: 2,
    seed: 3000,
    compileAt: 3,
  },
  {
    name: 'compiled on the first jump, step by step',
    slice: 1,
    interrupts: false,
    programs: 1,
    seed: 4000,
    compileAt: 1,
  },
]);
