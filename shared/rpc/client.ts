/** A door's side of a connection. */
import { InnError } from '../base/errors.ts';
import type { ArgsIn, Calls, EventOf, ResultOf, Streams } from '../contract/contract.ts';
import { PROTOCOL } from '../contract/contract.ts';
import type { Access } from '../contract/method.ts';
import { CodecError, encode } from './codec.ts';
import { connectionLost, fromErrorData, protocolMismatch, tooLarge } from './errors.ts';
import type { ClientFrame, ClientHello, ServerFrame, ServerHello } from './frames.ts';
import { decodeServerFrame } from './frames.ts';
import { Incoming } from './incoming.ts';
import { HELLO_MS, MAX_CALLS } from './limits.ts';
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
export function connect(wire: Wire, options: ConnectOptions): Promise<Client> {
  return new Promise((resolve, reject) => {
    let connection: Connection | undefined;
    const fail = (error: Error) => {
      clearTimeout(timer);
      // First, for closing calls this again, with a reason that tells less.
      reject(error);
      wire.close();
    };
    const timeoutMs = options.timeoutMs ?? HELLO_MS;
    const timer = setTimeout(() => fail(connectionLost(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    wire.onClose((reason) => {
      if (connection === undefined) fail(connectionLost(reason));
      else connection.lost(reason);
    });
    wire.onMessage((message) => {
      let frame: ServerFrame;
      try {
        frame = decodeServerFrame(message);
      } catch {
        // Only a broken host sends such: nothing that it says can be relied on.
        if (connection === undefined) fail(connectionLost('what answered is not a host of Innkeeper'));
        else connection.abandon('the host sent what cannot be understood');
        return;
      }
      if (connection !== undefined) connection.take(frame, message.length);
      else if (frame.t === 'refused') fail(fromErrorData(frame.error));
      else if (frame.t !== 'hello') fail(connectionLost('what answered is not a host of Innkeeper'));
      else if (frame.protocol !== PROTOCOL) {
        const host = { version: frame.version, protocol: frame.protocol };
        fail(protocolMismatch({ host, door: { version: options.version, protocol: PROTOCOL } }));
      } else {
        clearTimeout(timer);
        connection = new Connection(wire, frame);
        resolve(connection);
      }
    });
    const { version, token, access } = options;
    const hello: ClientHello = {
      t: 'hello',
      protocol: PROTOCOL,
      version,
      ...(token === undefined ? {} : { token }),
      ...(access === undefined ? {} : { access }),
    };
    wire.send(encode(hello));
  });
}

type Pending =
  | { readonly kind: 'call'; readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
  | { readonly kind: 'stream'; readonly incoming: Incoming };

class Connection implements Client {
  readonly server: ServerInfo;
  readonly closed: Promise<string | undefined>;
  readonly #wire: Wire;
  /** Started at the host and not yet ended there, cancelled ones included. */
  readonly #live = new Map<number, Pending>();
  /** Kept back until fewer calls are live: what would start them. */
  #backlog: (() => void)[] = [];
  #liveCalls = 0;
  #lastId = 0;
  #end: { readonly reason: string | undefined } | undefined;
  #resolveClosed: (reason: string | undefined) => void = () => {};

  constructor(wire: Wire, { version, protocol, kind, access }: ServerHello) {
    this.#wire = wire;
    this.server = { version, protocol, kind, access };
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  call<K extends Calls>(method: K, args: ArgsIn<K>, options: CallOptions = {}): Promise<ResultOf<K>> {
    const { signal } = options;
    return new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      let id: number | undefined;
      let settled = false;
      const settle = (done: () => void) => {
        settled = true;
        signal?.removeEventListener('abort', onAbort);
        done();
      };
      const pending: Pending = {
        kind: 'call',
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      };
      const onAbort = () => {
        pending.reject(signal?.reason);
        if (id !== undefined && this.#live.has(id)) this.#send({ t: 'cancel', id });
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#inOrder(() => {
        if (settled) return;
        if (this.#end !== undefined) pending.reject(connectionLost(this.#end.reason));
        else id = this.#start(method, args, pending, pending.reject);
      });
    }) as Promise<ResultOf<K>>;
  }

  stream<K extends Streams>(
    method: K,
    args: ArgsIn<K>,
    options: CallOptions = {},
  ): AsyncIterableIterator<EventOf<K>, undefined> {
    const { signal } = options;
    let id: number | undefined;
    let cancelled = false;
    const onAbort = () => {
      void incoming.return();
    };
    const incoming = new Incoming({
      open: () => {
        if (signal?.aborted) {
          void incoming.return();
          return;
        }
        signal?.addEventListener('abort', onAbort, { once: true });
        this.#inOrder(() => {
          if (cancelled) return;
          if (this.#end !== undefined) incoming.end({ error: connectionLost(this.#end.reason) });
          else id = this.#start(method, args, { kind: 'stream', incoming }, (error) => incoming.end({ error }));
        });
      },
      more: (items, bytes) => {
        if (id !== undefined) this.#send({ t: 'more', id, items, bytes });
      },
      cancel: () => {
        cancelled = true;
        if (id !== undefined && this.#live.has(id)) this.#send({ t: 'cancel', id });
      },
      ended: () => signal?.removeEventListener('abort', onAbort),
    });
    return incoming as AsyncIterableIterator<EventOf<K>, undefined>;
  }

  close(): void {
    this.lost(undefined);
    this.#wire.close();
  }

  /** The host broke the protocol. */
  abandon(reason: string): void {
    this.lost(reason);
    this.#wire.close();
  }

  lost(reason: string | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    const error = connectionLost(reason);
    const live = [...this.#live.values()];
    this.#live.clear();
    for (const pending of live) {
      if (pending.kind === 'call') pending.reject(error);
      else pending.incoming.end({ error });
    }
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const start of backlog) start();
    this.#resolveClosed(reason);
  }

  take(frame: ServerFrame, bytes: number): void {
    if (this.#end !== undefined) return;
    if (frame.t === 'hello' || frame.t === 'refused') {
      this.abandon('the host said hello twice');
      return;
    }
    const pending = this.#live.get(frame.id);
    if (pending === undefined || (frame.t !== 'err' && (frame.t === 'ok') !== (pending.kind === 'call'))) {
      this.abandon('the host answered what was not asked');
      return;
    }
    if (frame.t === 'item') {
      if (pending.kind === 'stream') pending.incoming.push(frame.value, bytes);
      return;
    }
    this.#live.delete(frame.id);
    if (pending.kind === 'stream') {
      pending.incoming.end(frame.t === 'err' ? { error: fromErrorData(frame.error) } : undefined);
    } else {
      this.#liveCalls--;
      if (frame.t === 'err') pending.reject(fromErrorData(frame.error));
      else if (frame.t === 'ok') pending.resolve(frame.value);
      this.#startBacklog();
    }
  }

  /** Starts now, or when those before it have been started and there is room. */
  #inOrder(start: () => void): void {
    if (this.#end === undefined && (this.#backlog.length > 0 || this.#liveCalls >= MAX_CALLS))
      this.#backlog.push(start);
    else start();
  }

  #startBacklog(): void {
    while (this.#liveCalls < MAX_CALLS) {
      const start = this.#backlog.shift();
      if (start === undefined) return;
      start();
    }
  }

  #start(method: string, args: unknown, pending: Pending, fail: (error: unknown) => void): number | undefined {
    const id = this.#lastId + 1;
    let message: Uint8Array;
    try {
      message = encode({ t: 'call', id, method, args } satisfies ClientFrame);
    } catch (error) {
      fail(
        error instanceof CodecError && error.fault === 'too-large'
          ? tooLarge(`What ${method} was given`)
          : badArgs(method),
      );
      return undefined;
    }
    this.#lastId = id;
    this.#live.set(id, pending);
    if (pending.kind === 'call') this.#liveCalls++;
    this.#wire.send(message);
    return id;
  }

  #send(frame: ClientFrame): void {
    if (this.#end === undefined) this.#wire.send(encode(frame));
  }
}

function badArgs(method: string): InnError {
  return new InnError(`${method} was given what cannot be sent to the host`, {
    code: 'bad-arguments',
    nextStep: 'This is a bug in what called it: please report it.',
  });
}
