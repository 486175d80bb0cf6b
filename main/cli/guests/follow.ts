/** Waits for an operation, showing how far it is; Ctrl-C cancels what may be cancelled. */
import { InnError } from '../../../shared/base/errors.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import { printProgress } from '../progress.ts';
import type { Door } from './door.ts';

/** Resolves when it is done. Throws the error that it failed with, or `cancelled`. */
export async function follow(door: Door, operation: Operation): Promise<Operation> {
  const { client, output, signal } = door;
  const progress = printProgress(output.say, output.isTerminal && !output.json);
  const cancel = () => {
    client.call('operation.cancel', { id: operation.id }).catch((error: unknown) => {
      output.say(error instanceof InnError ? `inn: ${error.message}; Ctrl-C again leaves it to the host\n` : '');
    });
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    let latest = operation;
    if (latest.status === 'running') {
      for await (const event of client.stream('operation.watch', {})) {
        const seen =
          event.kind === 'all'
            ? event.operations.find(({ id }) => id === operation.id)
            : event.kind === 'changed' && event.operation.id === operation.id
              ? event.operation
              : undefined;
        if (!seen) continue;
        latest = seen;
        if (latest.status !== 'running') break;
        if (latest.step !== '') {
          progress.show({
            step: `${latest.subject}: ${latest.step}`,
            ...(latest.progress === null ? {} : { percent: latest.progress * 100 }),
          });
        }
      }
    }
    progress.end();
    if (latest.status === 'done') return latest;
    if (latest.status === 'cancelled') {
      throw new InnError(`${latest.subject}: cancelled`, {
        code: 'cancelled',
        nextStep: 'Run the command again when you like.',
      });
    }
    // It was told here; nobody need look at it in the window again
    await client.call('operation.dismiss', { id: latest.id });
    const { code = 'internal', message = 'The operation failed', nextStep = '' } = latest.error ?? {};
    throw new InnError(message, { code, nextStep, details: latest.error?.details });
  } finally {
    signal.removeEventListener('abort', cancel);
    progress.end();
  }
}
