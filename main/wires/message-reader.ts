import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';

const PREFIX = 4;

/** Cuts a stream of bytes into messages, however the stream was cut before. */
export class MessageReader {
  readonly #deliver: (message: Uint8Array) => void;
  readonly #prefix = new Uint8Array(PREFIX);
  #prefixFilled = 0;
  /** The one that is being filled: its own memory, so that a piece of it that is kept keeps nothing else. */
  #message: Uint8Array | undefined;
  #filled = 0;

  constructor(deliver: (message: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** False once a message is too long: what follows has no meaning. */
  take(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#message === undefined) {
        const piece = chunk.subarray(at, at + PREFIX - this.#prefixFilled);
        this.#prefix.set(piece, this.#prefixFilled);
        this.#prefixFilled += piece.length;
        at += piece.length;
        if (this.#prefixFilled < PREFIX) return true;
        const length = new DataView(this.#prefix.buffer).getUint32(0, true);
        if (length > MAX_MESSAGE) return false;
        this.#prefixFilled = 0;
        this.#message = new Uint8Array(length);
        this.#filled = 0;
      }
      const message = this.#message;
      const piece = chunk.subarray(at, at + message.length - this.#filled);
      message.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === message.length) {
        this.#message = undefined;
        this.#deliver(message);
      }
    }
    return true;
  }
}
