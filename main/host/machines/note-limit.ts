/** Guests may be noisy on purpose: so much of it is logged, and how much was left out. */

/** Notes at once, and per second after that. */
const BURST = 20;
const PER_SECOND = 2;

export class NoteLimit {
  readonly #now: () => number;
  #credit = BURST;
  #at: number;
  #leftOut = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** What to log now: nothing, or the note, or with it a line on those that were left out. */
  lines(note: string): string[] {
    const now = this.#now();
    this.#credit = Math.min(BURST, this.#credit + (Math.max(0, now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#credit < 1) {
      this.#leftOut++;
      return [];
    }
    this.#credit--;
    return [...this.end(), note];
  }

  /** A line on what was left out, if anything was. */
  end(): string[] {
    const count = this.#leftOut;
    this.#leftOut = 0;
    return count === 0 ? [] : [count === 1 ? '1 note more was left out' : `${count} notes more were left out`];
  }
}
