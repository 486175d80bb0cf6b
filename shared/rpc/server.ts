/** The host's side of a connection. Whatever a client sends, it can only end its own connection. */
import { InnError, isInnError } from '../base/errors.ts';
import type { Handlers } from '../contract/contract.ts';
import { contract, PROTOCOL } from '../contract/contract.ts';
import type { Access, AnyMethod } from '../contract/method.ts';
import { validArguments } from './arguments.ts';
import { CodecError, encode } from './codec.ts';
import { Credit } from './credit.ts';
import { protocolMismatch, toErrorData, tooLarge } from './errors.ts';
import type { ClientFrame, ClientHello, ServerFrame } from './frames.ts';
import { decodeClientFrame } from './frames.ts';
import { HELLO_MS, MAX_CALLS, MAX_HELLO, MAX_STREAMS } from './limits.ts';
import type { Wire } from './wire.ts';

export interface ServeOptions {
  readonly handlers: Handlers;
  readonly version: string;
  readonly kind: string;
  /** The most that this connection may do; the client may ask for less. */
  readonly access: Access;
  /** Without it everybody may connect who reaches the wire. */
  readonly authorise?: (token: string | undefined) => boolean;
  /** Gets what handlers threw that is no `InnError`. The client only learns that there is a bug. */
  readonly onBug?: (error: unknown) => void;
}

export interface Service {
  /** Resolves when the connection has ended and all its handlers have. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Answers whoever is at the other end of the wire, until either side closes it. */
export function serve(wire: Wire, options: ServeOptions): Service {
  return new Session(wire, options);
}

interface Live {
  readonly stop: AbortController;
  /** Of a stream. */
  readonly credit: Credit | undefined;
}

type Handler = (args: unknown, signal: AbortSignal) => unknown;

class Session implements Service {
  readonly closed: Promise<void>;
  readonly #wire: Wire;
  readonly #options: ServeOptions;
  /** Undefined until the hello. */
  #access: Access | undefined;
  #ended = false;
  readonly #live = new Map<number, Live>();
  #streams = 0;
  #lastId = 0;
  readonly #helloTimer: unknown;
  #resolveClosed: () => void = () => {};

  constructor(wire: Wire, options: ServeOptions) {
    this.#wire = wire;
    this.#options = options;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#helloTimer = setTimeout(() => this.close(), HELLO_MS);
    wire.onClose(() => this.#end());
    wire.onMessage((message) => this.#take(message));
  }

  close(): void {
    this.#end();
    this.#wire.close();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#helloTimer);
    for (const live of [...this.#live.values()]) cancel(live);
    this.#settle();
  }

  #settle(): void {
    if (this.#ended && this.#live.size === 0) this.#resolveClosed();
  }

  #take(message: Uint8Array): void {
    if (this.#ended) return;
    let frame: ClientFrame;
    try {
      if (this.#access === undefined && message.length > MAX_HELLO) throw new CodecError('malformed', 'No hello');
      frame = decodeClientFrame(message);
    } catch (error) {
      if (!(error instanceof CodecError)) this.#bug(error);
      this.close();
      return;
    }
    if (this.#access === undefined) {
      if (frame.t === 'hello') this.#greet(frame);
      else this.close();
      return;
    }
    switch (frame.t) {
      case 'hello':
        this.close();
        break;
      case 'call':
        this.#begin(frame.id, frame.method, frame.args);
        break;
      case 'more':
        this.#live.get(frame.id)?.credit?.add(frame.items, frame.bytes);
        break;
      case 'cancel': {
        const live = this.#live.get(frame.id);
        if (live !== undefined) cancel(live);
        break;
      }
    }
  }

  #greet({ protocol, version, token, access }: ClientHello): void {
    clearTimeout(this.#helloTimer);
    const options = this.#options;
    let refusal: InnError | undefined;
    if (protocol !== PROTOCOL) {
      refusal = protocolMismatch({
        host: { version: options.version, protocol: PROTOCOL },
        door: { version, protocol },
      });
    } else if (!this.#mayConnect(token)) {
      refusal = new InnError('The host does not accept this token', {
        code: 'not-authorised',
        nextStep: 'Ask whoever runs the host for a current one; a host that was restarted has a new one.',
      });
    }
    if (refusal !== undefined) {
      this.#send({ t: 'refused', error: toErrorData(refusal) });
      this.close();
      return;
    }
    this.#access = access === 'read' ? 'read' : options.access;
    this.#send({ t: 'hello', protocol: PROTOCOL, version: options.version, kind: options.kind, access: this.#access });
  }

  #mayConnect(token: string | undefined): boolean {
    try {
      return this.#options.authorise?.(token) ?? true;
    } catch (error) {
      this.#bug(error);
      return false;
    }
  }

  /** Runs synchronously up to the handler's first await, so that calls start in the order in which they come. */
  #begin(id: number, name: string, input: unknown): void {
    if (id <= this.#lastId) {
      this.close();
      return;
    }
    this.#lastId = id;
    const method = Object.hasOwn(contract, name) ? (contract as Readonly<Record<string, AnyMethod>>)[name] : undefined;
    const fault = this.#faultOf(method, name);
    if (method === undefined || fault !== undefined) {
      this.#fail(id, name, fault);
      return;
    }
    let args: unknown;
    try {
      args = validArguments(name, method.args, input);
    } catch (error) {
      this.#fail(id, name, error);
      return;
    }
    const handler = (this.#options.handlers as unknown as Readonly<Record<string, Handler>>)[name] as Handler;
    const live: Live = { stop: new AbortController(), credit: method.kind === 'stream' ? new Credit() : undefined };
    this.#live.set(id, live);
    if (live.credit !== undefined) this.#streams++;
    const work =
      live.credit === undefined
        ? this.#answer(id, name, handler, args, live)
        : this.#produce(id, name, handler, args, live, live.credit);
    void work.finally(() => {
      this.#live.delete(id);
      if (live.credit !== undefined) this.#streams--;
      this.#settle();
    });
  }

  #faultOf(method: AnyMethod | undefined, name: string): InnError | undefined {
    if (method === undefined) {
      return new InnError(`The host knows no method "${name.slice(0, 64)}"`, {
        code: 'unknown-method',
        nextStep: 'It may be older than what called it: restart it with `inn host restart`.',
      });
    }
    if (method.access === 'write' && this.#access === 'read') {
      return new InnError(`This connection is view-only, and ${name} changes something`, {
        code: 'view-only',
        nextStep: 'Connect with a token that allows changes.',
      });
    }
    const calls = this.#live.size - this.#streams;
    if (method.kind === 'call' ? calls >= MAX_CALLS : this.#streams >= MAX_STREAMS) {
      return new InnError(`This connection has too many ${method.kind === 'call' ? 'calls' : 'streams'} open`, {
        code: method.kind === 'call' ? 'too-many-calls' : 'too-many-streams',
        nextStep: 'Wait until some have ended, or close what you do not need, such as consoles.',
      });
    }
    return undefined;
  }

  async #answer(id: number, name: string, handler: Handler, args: unknown, { stop }: Live): Promise<void> {
    try {
      const value = await handler(args, stop.signal);
      this.#send({ t: 'ok', id, value });
    } catch (error) {
      this.#fail(id, name, error, stop.signal);
    }
  }

  async #produce(
    id: number,
    name: string,
    handler: Handler,
    args: unknown,
    { stop: { signal } }: Live,
    credit: Credit,
  ): Promise<void> {
    try {
      const iterator = (handler(args, signal) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      let ended = false;
      // A second way out for one that waits in `next`; a generator does this only after its wait, so it has to heed the signal.
      const leave = () => {
        iterator.return?.().catch((error: unknown) => this.#bug(error));
      };
      signal.addEventListener('abort', leave, { once: true });
      try {
        while (!signal.aborted) {
          const { done, value } = await iterator.next();
          if (done === true) {
            ended = true;
            break;
          }
          if (signal.aborted) break;
          credit.spend(this.#send({ t: 'item', id, value }));
          if (!credit.left && !signal.aborted) await credit.wait();
        }
      } catch (error) {
        // What `next` throws has ended it; what `send` throws has not, and a second end does no harm.
        ended = true;
        await iterator.return?.();
        throw error;
      } finally {
        signal.removeEventListener('abort', leave);
        if (!ended) await iterator.return?.();
      }
      this.#send({ t: 'end', id });
    } catch (error) {
      this.#fail(id, name, error, signal);
    }
  }

  /** Answers with an error that the client may see. */
  #fail(id: number, name: string, error: unknown, signal?: AbortSignal): void {
    let told: InnError;
    if (isInnError(error)) told = error;
    else if (error instanceof CodecError && error.fault === 'too-large') told = tooLarge(`The answer to ${name}`);
    else if (signal?.aborted === true && isAbort(error, signal)) told = cancelledError(name);
    else {
      this.#bug(error);
      told = internalError(name);
    }
    try {
      this.#send({ t: 'err', id, error: toErrorData(told) });
    } catch (cause) {
      // Its details cannot be sent.
      this.#bug(cause);
      const { code, message, nextStep } = toErrorData(told);
      this.#send({ t: 'err', id, error: { code, message: message.slice(0, 4096), nextStep: nextStep.slice(0, 4096) } });
    }
  }

  /** Bytes of the message. Throws `CodecError` for a value that cannot be sent. */
  #send(frame: ServerFrame): number {
    if (this.#ended) return 0;
    const message = encode(frame);
    this.#wire.send(message);
    return message.length;
  }

  #bug(error: unknown): void {
    this.#options.onBug?.(error);
  }
}

function cancel({ stop, credit }: Live): void {
  stop.abort();
  credit?.cancelWait();
}

/** What waits of all kinds throw when their signal fires. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function cancelledError(name: string): InnError {
  return new InnError(`${name} was cancelled`, {
    code: 'cancelled',
    nextStep: 'Call it again if that was not intended.',
  });
}

function internalError(name: string): InnError {
  return new InnError(`${name} failed because of a bug in Innkeeper`, {
    code: 'internal',
    nextStep: 'Please report it, with the archive that `inn doctor --bundle` writes.',
  });
}
