import { useConnectionState } from '../connection/connection-state.ts';
import type { HostConnection } from '../connection/host.ts';
import type { ConsoleSource } from './attachment.ts';

export interface ConsoleAddress {
  /** Of the machine. */
  readonly id: string;
  readonly console: string;
}

/** A console of the window's host. Every connection has a `server` of its own, by which one is told from the next. */
export function consoleSource(host: HostConnection, at: ConsoleAddress): ConsoleSource {
  return {
    next(last, signal) {
      return new Promise((resolve) => {
        const look = ({ status, server } = useConnectionState.getState()): boolean => {
          if (status !== 'connected' || server === null || server === last) return false;
          resolve(server);
          return true;
        };
        if (look()) return;
        const unsubscribe = useConnectionState.subscribe((state) => {
          if (look(state)) unsubscribe();
        });
        signal.addEventListener(
          'abort',
          () => {
            unsubscribe();
            resolve({});
          },
          { once: true },
        );
      });
    },
    attach: (signal) => host.stream('console.attach', at, { signal }),
  };
}
