/** What this process may use of the computer. */
import os from 'node:os';

/** Bytes of memory: of the computer, or of the container that we run in. */
export function hostMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(os.totalmem(), constrained) : os.totalmem();
}
