import { setTimeout as sleep } from 'node:timers/promises';
import { InnError } from '../../../shared/base/errors.ts';
import type { Run } from './run.ts';

/**
 * Asks a guest to shut down and waits until it has, for so many seconds. Throws an `InnError`: `guest-cannot-be-asked`,
 * `guest-still-running`; or the signal's reason. The guest may still do it after that.
 */
export async function askToShutDown(run: Run, name: string, seconds: number, signal: AbortSignal): Promise<void> {
  const heard = await Promise.race([run.machine?.shutDown(), run.over.then(() => true)]);
  if (!heard) {
    throw new InnError(`Nothing in the guest of “${name}” listens for being asked to shut down`, {
      code: 'guest-cannot-be-asked',
      nextStep: 'Shut it down from its console, or power it off.',
    });
  }
  const timer = new AbortController();
  const timeout = sleep(seconds * 1000, 'late', { signal: AbortSignal.any([signal, timer.signal]) });
  const result = await Promise.race([run.over, timeout]).catch((error: unknown) => {
    // A timer that was stopped says less than why it was
    signal.throwIfAborted();
    throw error;
  });
  timer.abort();
  timeout.catch(() => {});
  if (result === 'late') {
    throw new InnError(`The guest of “${name}” was asked to shut down, but still runs after ${seconds} s`, {
      code: 'guest-still-running',
      nextStep: 'Give it more time, look at its console, or power it off.',
    });
  }
}
