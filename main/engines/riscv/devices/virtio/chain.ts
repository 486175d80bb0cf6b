/** One chain of buffers that a driver made available: a readable part, then a writable one. */
import type { Access, GuestRam } from '../../memory/guest-ram.ts';

/** All of it is RAM. */
export interface Segment {
  readonly gpa: number;
  readonly length: number;
}

export class Chain {
  /** Index of the first descriptor, by which the driver knows the chain. */
  readonly head: number;
  readonly readableLength: number;
  readonly writableLength: number;
  readonly #ram: GuestRam;
  readonly #readable: readonly Segment[];
  readonly #writable: readonly Segment[];

  constructor(ram: GuestRam, head: number, readable: readonly Segment[], writable: readonly Segment[]) {
    this.head = head;
    this.#ram = ram;
    this.#readable = readable;
    this.#writable = writable;
    this.readableLength = lengthOf(readable);
    this.writableLength = lengthOf(writable);
  }

  /**
   * The bytes of the readable part from `offset` to the end of the buffer that they lie in; empty at the end of the chain.
   * A view of guest memory, which may change.
   */
  readable(offset: number): Uint8Array {
    return this.#from(this.#readable, offset, 'read');
  }

  /** The same of the writable part, at most `most` bytes, to be filled at once. */
  writable(offset: number, most: number): Uint8Array {
    return this.#from(this.#writable, offset, 'write', most);
  }

  /** Copies from `offset` of the readable part on until `into` or the chain is at its end; returns the bytes copied. */
  read(offset: number, into: Uint8Array): number {
    let done = 0;
    while (done < into.length) {
      const part = this.readable(offset + done).subarray(0, into.length - done);
      if (part.length === 0) break;
      into.set(part, done);
      done += part.length;
    }
    return done;
  }

  /** Copies `bytes` to `offset` of the writable part, as far as that goes; returns the bytes copied. */
  write(offset: number, bytes: Uint8Array): number {
    let done = 0;
    while (done < bytes.length) {
      const part = this.writable(offset + done, bytes.length - done);
      if (part.length === 0) break;
      part.set(bytes.subarray(done, done + part.length));
      done += part.length;
    }
    return done;
  }

  #from(segments: readonly Segment[], offset: number, access: Access, most = Number.POSITIVE_INFINITY): Uint8Array {
    let start = 0;
    for (const { gpa, length } of segments) {
      if (offset < start + length) {
        const within = offset - start;
        const span = this.#ram.span(gpa + within, Math.min(length - within, most), access);
        if (span) return span;
      }
      start += length;
    }
    return new Uint8Array(0);
  }
}

function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}
