/** The same as `jit-vs-oracle.test.ts`, for as many programs as some hours allow. */

import { lockstepSuite, type Manner } from '../fixtures/lockstep-suite.ts';

const THRESHOLDS = [1, 2, 3, 10, 30];
const SLICES = [1, 7, 50, 400, 3000];
const manner = (compileAt: number, slice: number, i: number): Manner => ({
  name: `compiled at ${compileAt}, slices of ${slice}`,
  compileAt,
  slice,
  interrupts: i % 3 !== 0,
  invalidations: i % 2 === 0,
  programs: 10,
  seed: 1_000_000 + 1000 * i,
});
const manners = THRESHOLDS.flatMap((compileAt, i) =>
  SLICES.map((slice, k) => manner(compileAt, slice, SLICES.length * i + k)),
);

lockstepSuite('compiled code', manners);
lockstepSuite(
  'compiled loops',
  manners.map((one) => ({ ...one, loops: true, seed: one.seed + 500_000 })),
);
