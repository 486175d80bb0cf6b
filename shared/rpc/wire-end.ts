/** What all wires do alike: keep messages until somebody listens, and say once that they closed. */

type MessageListener = (message: Uint8Array) => void;
type CloseListener = (reason?: string) => void;

export class WireEnd {
  #listener: MessageListener | undefined;
  #kept: Uint8Array[] = [];
  #closeListeners: CloseListener[] = [];
  #closed: { readonly reason: string | undefined } | undefined;

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
    if (this.#listener === undefined) this.#kept.push(message);
    else this.#listener(message);
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
