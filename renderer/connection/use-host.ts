/** The connection as components see it. */
import { createContext, useContext, useEffect, useRef } from 'react';
import type { ArgsIn, EventOf, Streams } from '../../shared/contract/contract.ts';
import type { Access } from '../../shared/contract/method.ts';
import { type ConnectionState, useConnectionState } from './connection-state.ts';
import type { Host, HostConnection } from './host.ts';

export const HostContext = createContext<Host | null>(null);

export interface UsedHost extends HostConnection {
  readonly connection: Host;
  readonly status: ConnectionState['status'];
  readonly access: Access;
  /** Whether a `write` method may be asked right now. */
  readonly mayWrite: boolean;
}

/** The connection without its state: does not render again when that changes. */
export function useHostConnection(): Host {
  const host = useContext(HostContext);
  if (!host) throw new Error('No host: HostContext is missing');
  return host;
}

export function useHost(): UsedHost {
  const host = useHostConnection();
  const status = useConnectionState((state) => state.status);
  const access = useConnectionState((state) => state.server?.access ?? 'read');
  return {
    connection: host,
    door: host.door,
    call: (method, args, options) => host.call(method, args, options),
    stream: (method, args, options) => host.stream(method, args, options),
    follow: (method, args, onEvent, options) => host.follow(method, args, onEvent, options),
    status,
    access,
    mayWrite: status === 'connected' && access === 'write',
  };
}

/**
 * Follows a stream while the component is mounted, over reconnects too: the first events come again after each. Pass null as
 * `args` to follow nothing. `args` are compared by their JSON.
 */
export function useStream<K extends Streams>(
  method: K,
  args: ArgsIn<K> | null,
  onEvent: (event: EventOf<K>) => void,
  onError?: (error: unknown) => void,
): void {
  const host = useHostConnection();
  const latest = useRef({ onEvent, onError });
  latest.current = { onEvent, onError };
  const key = args === null ? null : JSON.stringify(args);
  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    host.follow(method, JSON.parse(key) as ArgsIn<K>, (event) => latest.current.onEvent(event), {
      signal: controller.signal,
      onError: (error) => latest.current.onError?.(error),
    });
    return () => controller.abort();
  }, [host, method, key]);
}
