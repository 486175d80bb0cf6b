import type { HostConnection } from '../../connection/host.ts';
import { selectedId, showMachine } from '../../state/navigate.ts';
import { operationEnd } from '../operation-end.ts';

/**
 * Resolves as soon as the host has begun; throws why it does not. Once the clone is there it is shown, unless another machine
 * was chosen in the meantime. How a copy failed is shown among the operations.
 */
export async function cloneMachine(
  host: Pick<HostConnection, 'call' | 'stream'>,
  id: string,
  name: string,
): Promise<void> {
  const operation = await host.call('machine.clone', { id, name });
  const chosen = selectedId();
  operationEnd(host, operation).then(
    (end) => {
      if (end?.status === 'done' && end.result !== null && selectedId() === chosen) showMachine(end.result);
    },
    // The connection is lost, which the window says: nobody waits for the clone any more.
    () => {},
  );
}
