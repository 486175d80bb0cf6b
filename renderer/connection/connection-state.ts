import { create } from 'zustand';
import type { ServerInfo } from '../../shared/rpc/client.ts';

export interface ConnectionState {
  /** `refused`: dialling again cannot help by itself; `error` says why. */
  readonly status: 'connecting' | 'connected' | 'lost' | 'refused';
  /** Of the last connection; kept while it is lost. */
  readonly server: ServerInfo | null;
  /** Why the last try failed. */
  readonly error: unknown;
  /** When the next try comes, in milliseconds since 1970. */
  readonly retryAt: number | null;
}

export const useConnectionState = create<ConnectionState>(() => ({
  status: 'connecting',
  server: null,
  error: null,
  retryAt: null,
}));
