import type { Ending } from './messages.ts';

/**
 * SIGTERM and SIGINT end what runs in an orderly way: guests are asked to shut down, on a second signal powered off. SIGHUP
 * too, which a terminal sends that is closed.
 */
export function releaseOnSignals(
  ownership: { release(machines: Ending): Promise<void> },
  onSignal?: (count: number) => void,
): void {
  let count = 0;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      count++;
      onSignal?.(count);
      void ownership.release(count === 1 ? 'shut-down' : 'power-off');
    });
  }
}
