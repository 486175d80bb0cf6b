/** Off and on again, so that what was changed takes effect. */

import { InnError } from '../../../shared/base/errors.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import type { HostConnection } from '../../connection/host.ts';

export type RestartHow = 'shut-down' | 'power-off';

/** Resolves once the machine is asked to start. Throws what the host says, also when the guest did not shut down. */
export async function restartMachine(
  host: Pick<HostConnection, 'call' | 'stream'>,
  id: string,
  how: RestartHow,
): Promise<void> {
  if (how === 'power-off') await host.call('machine.powerOff', { id });
  else await ended(host, await host.call('machine.shutDown', { id }));
  await host.call('machine.start', { id });
}

/** Waits until an operation has ended well; throws how it failed. */
async function ended(host: Pick<HostConnection, 'stream'>, operation: Operation): Promise<void> {
  if (operation.status === 'done') return;
  const stop = new AbortController();
  try {
    for await (const event of host.stream('operation.watch', {}, { signal: stop.signal })) {
      const { id } = operation;
      const now =
        event.kind === 'all'
          ? event.operations.find((each) => each.id === id)
          : event.kind === 'changed' && event.operation.id === id
            ? event.operation
            : undefined;
      // One that is not listed any more ended well: those that fail stay until they are read.
      const gone = (event.kind === 'all' && !now) || (event.kind === 'removed' && event.id === id);
      if (gone || now?.status === 'done') return;
      if (now?.status === 'failed' || now?.status === 'cancelled') throw failure(now);
    }
  } finally {
    stop.abort();
  }
}

function failure({ error, subject }: Operation): InnError {
  if (error) return new InnError(error.message, { code: error.code, nextStep: error.nextStep });
  return new InnError(`${subject} was not shut down, so it was not restarted`, {
    code: 'restart-cancelled',
    nextStep: 'Restart it again when it suits.',
  });
}
