/** Off and on again, so that what was changed takes effect. */

import { InnError } from '../../../shared/base/errors.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import type { HostConnection } from '../../connection/host.ts';
import { operationEnd } from '../operation-end.ts';

export type RestartHow = 'shut-down' | 'power-off';

/** Resolves once the machine is asked to start. Throws what the host says, also when the guest did not shut down. */
export async function restartMachine(
  host: Pick<HostConnection, 'call' | 'stream'>,
  id: string,
  how: RestartHow,
): Promise<void> {
  if (how === 'power-off') await host.call('machine.powerOff', { id });
  else {
    const end = await operationEnd(host, await host.call('machine.shutDown', { id }));
    if (end && end.status !== 'done') throw failure(end);
  }
  await host.call('machine.start', { id });
}

function failure({ error, subject }: Operation): InnError {
  if (error) return new InnError(error.message, { code: error.code, nextStep: error.nextStep });
  return new InnError(`${subject} was not shut down, so it was not restarted`, {
    code: 'restart-cancelled',
    nextStep: 'Restart it again when it suits.',
  });
}
