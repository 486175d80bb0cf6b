import { setTimeout as sleep } from 'node:timers/promises';
import { InnError } from '../../../shared/base/errors.ts';

/** Milliseconds for which input waits for a guest that does not read its console. */
const PATIENCE = 5000;
const POLL = 10;

/** Where input goes: one console of a running machine. The same object for the same console. */
export interface InputTarget {
  /** False while so much waits that its source had better be held back. */
  inputRoom(): boolean;
  input(bytes: Uint8Array): void;
}

const queues = new WeakMap<InputTarget, Promise<void>>();

/**
 * Hands bytes to a console, in the order of the calls for the same target object, and resolves once they are handed over. Waits
 * while there is no room; after 5 s of that it fails with `console-stuck`, and so do those that queue behind, each in its turn.
 */
export function sendInput(target: InputTarget, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const before = queues.get(target);
  if (!before && target.inputRoom()) {
    target.input(bytes);
    return Promise.resolve();
  }
  const done = handOver(before, target, bytes, signal, performance.now() + PATIENCE);
  const settled: Promise<void> = done
    .catch(() => {})
    .then(() => {
      if (queues.get(target) === settled) queues.delete(target);
    });
  queues.set(target, settled);
  return done;
}

async function handOver(
  before: Promise<void> | undefined,
  target: InputTarget,
  bytes: Uint8Array,
  signal: AbortSignal,
  deadline: number,
): Promise<void> {
  await before;
  signal.throwIfAborted();
  while (!target.inputRoom()) {
    if (performance.now() >= deadline) {
      throw new InnError('The guest does not read its console: what was typed last was not delivered', {
        code: 'console-stuck',
        nextStep: 'See whether the guest is busy or has crashed; resume it if it is paused, reset it if nothing helps.',
      });
    }
    await sleep(POLL, undefined, { signal });
  }
  target.input(bytes);
}
