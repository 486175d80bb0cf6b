/** Memory on a slider: every power of two in four steps, so that 64 MiB and 64 GiB are both easy to hit. */
import { MEMORY_STEP } from '../../../shared/contract/limits.ts';

/** Sizes in bytes from `min` to `max`, both included; all are multiples of `MEMORY_STEP`. */
export function memorySteps(min: number, max: number): number[] {
  const top = Math.max(min, max - (max % MEMORY_STEP));
  const between: number[] = [];
  for (let power = 4 * MEMORY_STEP; power <= top; power *= 2) {
    for (const quarter of [0, 1, 2, 3]) {
      const bytes = power + (quarter * power) / 4;
      if (bytes > min && bytes < top && bytes % MEMORY_STEP === 0) between.push(bytes);
    }
  }
  return top > min ? [min, ...between, top] : [min];
}

/** Where `bytes` stands among `steps`, with a fraction between two of them; never beyond the ends. */
export function positionOf(bytes: number, steps: readonly number[]): number {
  const after = steps.findIndex((step) => step >= bytes);
  if (after === -1) return steps.length - 1;
  const low = steps[after - 1];
  const high = steps[after];
  if (low === undefined || high === undefined || high === bytes) return after;
  return after - 1 + (bytes - low) / (high - low);
}
