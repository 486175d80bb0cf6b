import type { ArgsIn, Calls, EventOf, ResultOf, Streams } from '../contract/contract.ts';
import type { Access } from '../contract/method.ts';
import type { Wire } from './wire.ts';
export interface ConnectOptions {
  /** Version of this Innkeeper, for people. */
  readonly version: string;
  readonly token?: string;
  /** `read` asks for a view-only connection. Without it: all that the host grants. */
  readonly access?: Access;
  /** Milliseconds to wait for the host's hello. */
  readonly timeoutMs?: number;
}
export interface CallOptions {
  readonly signal?: AbortSignal;
}
export interface ServerInfo {
  readonly version: string;
  readonly protocol: number;
  readonly kind: string;
  /** What this connection may do. */
  readonly access: Access;
}
export interface Client {
  readonly server: ServerInfo;
  /**
   * Calls start at the host in the order in which they are made. Rejects with the host's `InnError`, with `connection-lost`, or
   * with the signal's reason once it fires, whatever the host then does.
   */
  call<K extends Calls>(method: K, args: ArgsIn<K>, options?: CallOptions): Promise<ResultOf<K>>;
  /**
   * Starts with the first `next`. Leaving the loop or firing the signal cancels it at the host; then it just ends. Throws the
   * host's `InnError` or `connection-lost`, after all events that came before.
   */
  stream<K extends Streams>(
    method: K,
    args: ArgsIn<K>,
    options?: CallOptions,
  ): AsyncIterableIterator<EventOf<K>, undefined>;
  /** Resolves with the reason, if one is known, when the connection has ended, from whichever side. */
  readonly closed: Promise<string | undefined>;
  close(): void;
}
/** Says hello. Rejects with `protocol-mismatch`, `not-authorised` or `connection-lost`, and closes the wire then. */
export declare function connect(wire: Wire, options: ConnectOptions): Promise<Client>;
