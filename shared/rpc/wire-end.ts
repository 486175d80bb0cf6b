/** What all wires do alike: keep messages until somebody listens, and say once that they closed. */
import { MAX_MESSAGE } from './wire.ts';

/** Bytes that are kept while nobody listens. Before hello a client of ours sends a hundred; more is somebody who floods. */
const MAX_KEPT = 2 * MAX_MESSAGE;

type MessageListener = (message: Uint8Array) => void;
type CloseListener = (reason?: string) => void;

export class WireEnd {
  #listener: MessageListener | undefined;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  readonly #overflow: (reason: string) => void;
  #closeListeners: CloseListener[] = [];
  #closed: { readonly reason: string | undefined } | undefined;

  /** `overflow` closes the wire: it brings more than can be kept. */
  constructor(overflow: (reason: string) => void) {
    this.#overflow = overflow;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  onMessage(listener: MessageListener): void {
    this.#listener = listener;
    const kept = this.#kept;
    this.#kept = [];
    for (const message of kept) this.deliver(message);
  }

  /** A message came in. After the end it is dropped. */
  deliver(message: Uint8Array): void {
    if (this.#closed !== undefined) return;
    if (this.#listener !== undefined) {
      this.#listener(message);
      return;
    }
    this.#kept.push(message);
    this.#keptBytes += message.length;
    if (this.#keptBytes > MAX_KEPT) {
      this.#kept = [];
      this.#overflow('more came in than can wait for somebody who listens');
    }
  }

  onClose(listener: CloseListener): void {
    if (this.#closed === undefined) this.#closeListeners.push(listener);
    else listener(this.#closed.reason);
  }

  /** True the first time: then the caller closes what is below. */
  end(reason?: string): boolean {
    if (this.#closed !== undefined) return false;
    this.#closed = { reason };
    const listeners = this.#closeListeners;
    this.#closeListeners = [];
    for (const listener of listeners) listener(reason);
    return true;
  }
}
