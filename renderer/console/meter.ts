/** What the line under a terminal says: how much comes, and how long a key takes there and back. Times in milliseconds. */

const WINDOW_MS = 2000;
const SLOT_MS = 250;
/** A guest that did not answer a key by then does not echo: a password, or a program that computes. */
const FORGET_MS = 5000;

export class Meter {
  #slots: { at: number; bytes: number }[] = [];
  #typedAt: number | null = null;
  #latency: number | null = null;

  /** Bytes that the terminal has taken. The first after a key counts as its echo. */
  took(bytes: number, now: number): void {
    const at = Math.floor(now / SLOT_MS) * SLOT_MS;
    const last = this.#slots.at(-1);
    if (last?.at === at) last.bytes += bytes;
    else this.#slots.push({ at, bytes });
    this.#drop(now);
    if (this.#typedAt !== null) {
      if (now - this.#typedAt <= FORGET_MS) this.#latency = now - this.#typedAt;
      this.#typedAt = null;
    }
  }

  /** A key went out. One that follows before the echo of the first does not start anew. */
  typed(now: number): void {
    if (this.#typedAt === null || now - this.#typedAt > FORGET_MS) this.#typedAt = now;
  }

  bytesPerSecond(now: number): number {
    this.#drop(now);
    const sum = this.#slots.reduce((total, { bytes }) => total + bytes, 0);
    return (sum * 1000) / WINDOW_MS;
  }

  /** Of the last key that was answered; null before the first. */
  get latency(): number | null {
    return this.#latency;
  }

  #drop(now: number): void {
    while (this.#slots[0] && this.#slots[0].at + SLOT_MS <= now - WINDOW_MS) this.#slots.shift();
  }
}
