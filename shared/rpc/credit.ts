/** How much a stream may still send. The last event may overdraw it, or one larger than the window could never be sent. */
import { STREAM_BYTES, STREAM_ITEMS } from './limits.ts';

export class Credit {
  #items = STREAM_ITEMS;
  #bytes = STREAM_BYTES;
  #wake: (() => void) | undefined;

  spend(bytes: number): void {
    this.#items--;
    this.#bytes -= bytes;
  }

  /** Never more than a window, whatever the client says. */
  add(items: number, bytes: number): void {
    this.#items = Math.min(this.#items + items, STREAM_ITEMS);
    this.#bytes = Math.min(this.#bytes + bytes, STREAM_BYTES);
    if (this.left) this.cancelWait();
  }

  get left(): boolean {
    return this.#items > 0 && this.#bytes > 0;
  }

  /** Resolves once there is some, or `cancelWait` is called. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  cancelWait(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
