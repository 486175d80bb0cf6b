import type { Operation } from '../../shared/contract/operation.ts';
import type { HostConnection } from '../connection/host.ts';

/**
 * Waits until an operation has ended, well or not. Undefined where it is not listed any more: then it ended well, for those
 * that fail stay until they are read. Throws `connection-lost` when the connection is.
 */
export async function operationEnd(
  host: Pick<HostConnection, 'stream'>,
  operation: Operation,
): Promise<Operation | undefined> {
  if (operation.status !== 'running') return operation;
  const { id } = operation;
  const stop = new AbortController();
  try {
    for await (const event of host.stream('operation.watch', {}, { signal: stop.signal })) {
      const now =
        event.kind === 'all'
          ? event.operations.find((each) => each.id === id)
          : event.kind === 'changed' && event.operation.id === id
            ? event.operation
            : undefined;
      if (now && now.status !== 'running') return now;
      const gone = (event.kind === 'all' && !now) || (event.kind === 'removed' && event.id === id);
      if (gone) return undefined;
    }
    return undefined;
  } finally {
    stop.abort();
  }
}
