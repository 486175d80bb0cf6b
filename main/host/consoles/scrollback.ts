import { EscapeParser } from './escape-parser.ts';

const LINE_FEED = 0x0a;
/** Bytes for a console that says little. */
const SMALLEST = 16 * 1024;

/**
 * The last bytes that a console said: a ring that grows up to its limit. Bytes are named by their offset since the console was
 * opened. Remembers places where a terminal may begin to read: line starts outside of escape sequences where there are any,
 * else between two characters.
 */
export class Scrollback {
  readonly limit: number;
  #ring: Uint8Array;
  #start = 0;
  #end = 0;
  readonly #parser = new EscapeParser();
  /** Offsets of places to begin at, rising. */
  #places: number[] = [0];
  /** From this offset on a line start is a place. */
  #lineDue: number;
  /** From this offset on anything between two characters is. */
  #anyDue: number;
  readonly #lineSpacing: number;
  /** There is a place in each so many bytes, unless a single sequence is longer. */
  readonly spacing: number;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.limit = limit;
    this.#ring = new Uint8Array(Math.min(limit, SMALLEST));
    this.#lineSpacing = Math.min(4096, Math.ceil(limit / 64));
    this.spacing = Math.min(64 * 1024, Math.ceil(limit / 4));
    this.#lineDue = this.#lineSpacing;
    this.#anyDue = this.spacing;
  }

  /** Offset of the oldest byte that is kept. */
  get start(): number {
    return this.#start;
  }

  /** Offset behind the newest byte. */
  get end(): number {
    return this.#end;
  }

  /** The first place to begin at; the end where there is none. */
  get firstPlace(): number {
    return this.#places[0] ?? this.#end;
  }

  /** The first place to begin at from an offset on, or undefined. */
  placeFrom(offset: number): number | undefined {
    return this.#places[this.#firstIndex(offset)];
  }

  append(bytes: Uint8Array): void {
    this.#note(bytes);
    const kept = bytes.length > this.limit ? bytes.subarray(bytes.length - this.limit) : bytes;
    const end = this.#end + bytes.length;
    this.#grow(Math.min(this.limit, end - this.#start));
    const at = (end - kept.length) % this.#ring.length;
    const first = Math.min(kept.length, this.#ring.length - at);
    this.#ring.set(kept.subarray(0, first), at);
    this.#ring.set(kept.subarray(first), 0);
    this.#end = end;
    if (end - this.#start > this.limit) this.#forget(end - this.limit);
  }

  /** A copy of the bytes from `from` to `to`, both within what is kept. */
  read(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from);
    const at = from % this.#ring.length;
    const first = Math.min(bytes.length, this.#ring.length - at);
    bytes.set(this.#ring.subarray(at, at + first));
    bytes.set(this.#ring.subarray(0, bytes.length - first), first);
    return bytes;
  }

  /** The newest byte, or undefined. */
  get lastByte(): number | undefined {
    return this.#end > this.#start ? this.#ring[(this.#end - 1) % this.#ring.length] : undefined;
  }

  /** Forgets all there is. */
  clear(): void {
    this.#start = this.#end;
    this.#ring = new Uint8Array(Math.min(this.limit, SMALLEST));
    this.#places = [];
    // As soon as may be
    this.#lineDue = this.#end;
    this.#anyDue = this.#end;
    if (this.#parser.atBoundary) this.#addPlace(this.#end);
  }

  #grow(needed: number): void {
    if (needed <= this.#ring.length) return;
    let size = this.#ring.length;
    while (size < needed) size *= 2;
    const old = this.read(this.#start, this.#end);
    this.#ring = new Uint8Array(Math.min(size, this.limit));
    const at = this.#start % this.#ring.length;
    const first = Math.min(old.length, this.#ring.length - at);
    this.#ring.set(old.subarray(0, first), at);
    this.#ring.set(old.subarray(first), 0);
  }

  #forget(until: number): void {
    const index = this.#firstIndex(until);
    // Without any place left, nobody can begin here
    this.#start = this.#places[index] ?? until;
    if (index > 0) this.#places.splice(0, index);
  }

  /** Index of the first place from `offset` on. */
  #firstIndex(offset: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#places[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #note(bytes: Uint8Array): void {
    const parser = this.#parser;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!;
      // Most of it is plain text
      if (byte < 0x20 || byte >= 0x7f || !parser.atBoundary) parser.step(byte);
      const offset = this.#end + index + 1;
      if (offset < this.#lineDue || !parser.atBoundary) continue;
      if (byte === LINE_FEED || offset >= this.#anyDue) this.#addPlace(offset);
    }
  }

  #addPlace(offset: number): void {
    this.#places.push(offset);
    this.#lineDue = offset + this.#lineSpacing;
    this.#anyDue = offset + this.spacing;
  }
}
