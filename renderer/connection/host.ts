/**
 * The one connection of this window to its host: calls and streams, made anew after it was lost. Everything above asks
 * through it and never sees a wire.
 */
import { InnError } from '../../shared/base/errors.ts';
import type { ArgsIn, Calls, EventOf, ResultOf, Streams } from '../../shared/contract/contract.ts';
import type { Access } from '../../shared/contract/method.ts';
import type { Client } from '../../shared/rpc/client.ts';
import { backOff } from './back-off.ts';
import { type ConnectionState, useConnectionState } from './connection-state.ts';

export type Door = 'serve' | 'app';
/** Opens a wire and says hello. Rejects with an `InnError`. */
export type Dial = () => Promise<Client>;

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface HostConnection {
  /** `serve`: in a browser; `app`: in the app's own window. */
  readonly door: Door;
  /** Rejects with `InnError`: `connection-lost` right away while there is no connection. */
  call<K extends Calls>(method: K, args: ArgsIn<K>, options?: CallOptions): Promise<ResultOf<K>>;
  /** Ends with `connection-lost` when the connection does; `follow` is the one that goes on. */
  stream<K extends Streams>(method: K, args: ArgsIn<K>, options?: CallOptions): AsyncIterable<EventOf<K>>;
  /**
   * Streams until `signal` fires, over as many connections as it takes: after each reconnect it starts over, so `onEvent`
   * gets the first events (everything there is) again. `onError` hears what the host refused; such a stream is given up.
   */
  follow<K extends Streams>(
    method: K,
    args: ArgsIn<K>,
    onEvent: (event: EventOf<K>) => void,
    options: FollowOptions,
  ): void;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onError?: (error: unknown) => void;
}

export function connectionLost(): InnError {
  return new InnError('The connection to the host is lost', {
    code: 'connection-lost',
    nextStep: 'Wait until the window has connected again, then try once more.',
  });
}

/** Codes after which dialling again by itself cannot help. */
const HOPELESS = new Set(['protocol-mismatch', 'not-authorised']);

function codeOf(error: unknown): string | undefined {
  return error instanceof InnError ? error.code : undefined;
}

export class Host implements HostConnection {
  readonly door: Door;
  readonly #dial: Dial;
  readonly #set: (state: Partial<ConnectionState>) => void;
  #client: Client | undefined;
  #waiting: ((client: Client) => void)[] = [];
  #retryNow: () => void = () => {};

  constructor(door: Door, dial: Dial, set: (state: Partial<ConnectionState>) => void = useConnectionState.setState) {
    this.door = door;
    this.#dial = dial;
    this.#set = set;
  }

  /** Connects, and again whenever the connection is lost. Never returns. */
  async run(): Promise<never> {
    let failures = 0;
    for (;;) {
      try {
        const client = await this.#dial();
        failures = 0;
        this.#connected(client);
        await client.closed;
        this.#client = undefined;
        this.#set({ status: 'lost', retryAt: null });
      } catch (error) {
        failures += 1;
        if (HOPELESS.has(codeOf(error) ?? '')) {
          this.#set({ status: 'refused', error, retryAt: null });
          await this.#pause(undefined);
          this.#set({ status: 'connecting', error: null });
        } else {
          const wait = backOff(failures);
          this.#set({ status: failures === 1 ? 'connecting' : 'lost', error, retryAt: Date.now() + wait });
          await this.#pause(wait);
        }
      }
    }
  }

  /** Dials at once instead of waiting out the pause. */
  retry(): void {
    this.#retryNow();
  }

  async call<K extends Calls>(method: K, args: ArgsIn<K>, options: CallOptions = {}): Promise<ResultOf<K>> {
    if (!this.#client) throw connectionLost();
    return await this.#client.call(method, args, options);
  }

  stream<K extends Streams>(method: K, args: ArgsIn<K>, options: CallOptions = {}): AsyncIterable<EventOf<K>> {
    if (!this.#client) throw connectionLost();
    return this.#client.stream(method, args, options);
  }

  follow<K extends Streams>(
    method: K,
    args: ArgsIn<K>,
    onEvent: (event: EventOf<K>) => void,
    options: FollowOptions,
  ): void {
    void this.#follow(method, args, onEvent, options);
  }

  async #follow<K extends Streams>(
    method: K,
    args: ArgsIn<K>,
    onEvent: (event: EventOf<K>) => void,
    { signal, onError }: FollowOptions,
  ): Promise<void> {
    let last: Client | undefined;
    while (!signal.aborted) {
      const client: Client = await this.#next(last);
      last = client;
      if (signal.aborted) return;
      try {
        for await (const event of client.stream(method, args, { signal })) {
          if (signal.aborted) return;
          onEvent(event);
        }
        // The host ended it of its own accord: there is nothing more to follow.
        if (this.#client === client) return;
      } catch (error) {
        if (signal.aborted) return;
        if (codeOf(error) !== 'connection-lost') {
          onError?.(error);
          return;
        }
      }
    }
  }

  /** The connection after `last`: another stream of a connection that just broke must not be tried on it again. */
  #next(last: Client | undefined): Promise<Client> {
    const client = this.#client;
    if (client && client !== last) return Promise.resolve(client);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #connected(client: Client): void {
    this.#client = client;
    this.#set({ status: 'connected', server: client.server, error: null, retryAt: null });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(client);
  }

  #pause(milliseconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.#retryNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export type { Access };
