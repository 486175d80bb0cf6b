/** The end of what a console has printed, for the report of a fault. */

const SIZE = 4096;
const LINES = 20;

export class ConsoleTail {
  /** Twice what is kept, so that it is moved only now and then. */
  readonly #bytes = new Uint8Array(2 * SIZE);
  #length = 0;

  add(bytes: Uint8Array): void {
    const last = bytes.subarray(-SIZE);
    if (this.#length + last.length > this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#length - SIZE, this.#length);
      this.#length = SIZE;
    }
    this.#bytes.set(last, this.#length);
    this.#length += last.length;
  }

  /** The last lines, of at most 4 KiB. */
  lines(): string {
    const text = new TextDecoder().decode(this.#bytes.subarray(Math.max(0, this.#length - SIZE), this.#length));
    return text.split('\n').slice(-LINES).join('\n');
  }
}
