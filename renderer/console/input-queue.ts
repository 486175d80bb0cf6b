/** What is typed, on its way to the guest: in order, one call at a time, what gathers meanwhile goes together. */
import { MiB } from '../../shared/base/units.ts';
import { MAX_CONSOLE_INPUT } from '../../shared/contract/limits.ts';

/** Bytes that may wait: a whole paste of the largest size in UTF-8. */
export const MAX_WAITING = 4 * MiB;

export class InputQueue {
  readonly #send: (bytes: Uint8Array) => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #sending = false;

  constructor(send: (bytes: Uint8Array) => Promise<unknown>, onError: (error: unknown) => void) {
    this.#send = send;
    this.#onError = onError;
  }

  /** Bytes that were not handed over yet. */
  get waiting(): number {
    return this.#bytes;
  }

  /** False, and nothing is taken, where too much waits already. */
  push(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    if (this.#bytes + bytes.length > MAX_WAITING) return false;
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (!this.#sending) void this.#run();
    return true;
  }

  /** Forgets what was not sent yet: it was meant for a guest that is gone. */
  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  async #run(): Promise<void> {
    this.#sending = true;
    while (this.#bytes > 0) {
      try {
        await this.#send(this.#next());
      } catch (error) {
        // What follows would arrive without what was lost before it.
        this.clear();
        this.#onError(error);
      }
    }
    this.#sending = false;
  }

  /** As much as one call takes. */
  #next(): Uint8Array {
    const size = Math.min(this.#bytes, MAX_CONSOLE_INPUT);
    const out = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const first = this.#waiting.shift();
      if (!first) break;
      const part = first.subarray(0, size - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length < first.length) this.#waiting.unshift(first.subarray(part.length));
    }
    this.#bytes -= size;
    return out;
  }
}
