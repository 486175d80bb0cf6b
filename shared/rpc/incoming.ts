/** The client's side of one stream: events that came and nobody took yet, and how much more the host may send. */
import { STREAM_BYTES, STREAM_ITEMS } from './limits.ts';

export interface IncomingHooks {
  /** Starts the stream: called by the first `next`. */
  readonly open: () => void;
  /** The consumer took so much. */
  readonly more: (items: number, bytes: number) => void;
  /** The consumer wants no more. */
  readonly cancel: () => void;
  /** Nothing more will come, for whatever reason. */
  readonly ended: () => void;
}

type Result = IteratorResult<unknown, undefined>;

interface Waiter {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class Incoming implements AsyncIterableIterator<unknown, undefined> {
  readonly #hooks: IncomingHooks;
  #state: 'new' | 'open' | 'ended' = 'new';
  #events: { readonly value: unknown; readonly bytes: number }[] = [];
  #waiting: Waiter[] = [];
  /** Thrown once, after the events that came before it. */
  #failure: { readonly error: unknown } | undefined;
  #takenItems = 0;
  #takenBytes = 0;

  constructor(hooks: IncomingHooks) {
    this.#hooks = hooks;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#hooks.open();
    }
    const event = this.#events.shift();
    if (event !== undefined) {
      this.#took(event.bytes);
      return Promise.resolve({ done: false, value: event.value });
    }
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      return Promise.reject(failure.error);
    }
    if (this.#state === 'ended') return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Ends the stream at once, also while a `next` waits. */
  return(): Promise<Result> {
    const wasOpen = this.#state === 'open';
    this.#events = [];
    this.#failure = undefined;
    this.#finish();
    if (wasOpen) this.#hooks.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** `bytes` as the host counted them: those of the message. */
  push(value: unknown, bytes: number): void {
    if (this.#state !== 'open') return;
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#events.push({ value, bytes });
    else {
      this.#took(bytes);
      waiter.resolve({ done: false, value });
    }
  }

  /** The host ended it; with an `error` where it failed. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#state === 'ended') return;
    const first = this.#waiting.shift();
    if (failure !== undefined && first !== undefined) first.reject(failure.error);
    else {
      this.#failure = failure;
      first?.resolve({ done: true, value: undefined });
    }
    this.#finish();
  }

  #finish(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#hooks.ended();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve({ done: true, value: undefined });
  }

  /** Credit goes back in halves of a window: often enough that a quick consumer never stalls, seldom enough to cost nothing. */
  #took(bytes: number): void {
    this.#takenItems++;
    this.#takenBytes += bytes;
    if (this.#state !== 'open') return;
    if (this.#takenItems < STREAM_ITEMS / 2 && this.#takenBytes < STREAM_BYTES / 2) return;
    this.#hooks.more(this.#takenItems, this.#takenBytes);
    this.#takenItems = 0;
    this.#takenBytes = 0;
  }
}
