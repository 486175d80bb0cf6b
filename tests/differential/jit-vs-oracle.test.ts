/** The same random programs, compiled as soon as they are jumped to, and others that are all loops and calls. */

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
  {
    name: 'loops, compiled on the second jump',
    slice: 3000,
    interrupts: true,
    programs: 1,
    seed: 5000,
    compileAt: 2,
    loops: true,
    compiled: 0.4,
  },
  {
    name: 'loops, with invalidations',
    slice: 100,
    interrupts: true,
    invalidations: true,
    programs: 1,
    seed: 6000,
    compileAt: 1,
    loops: true,
    compiled: 0.2,
  },
]);
