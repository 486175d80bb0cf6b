/** A lock in shared memory between hart threads and the device thread, for sections of a few hundred instructions. */

/** The lock's word. `contended` means that somebody may be waiting, so that whoever unlocks has to wake one. */
const LOCK = { free: 0, held: 1, contended: 2 } as const;

/** Tries before the thread goes to sleep: there may be more threads than cores, and then the holder is not running. */
const SPINS = 100;

export class SpinLock {
  readonly #words: Int32Array;
  readonly #index: number;

  /** `index` is that of the lock's word in `words`. Zero is unlocked. */
  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** May not be called by who has the lock. */
  lock(): void {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.compareExchange(this.#words, this.#index, LOCK.free, LOCK.held) === LOCK.free) return;
    }
    while (Atomics.exchange(this.#words, this.#index, LOCK.contended) !== LOCK.free) {
      Atomics.wait(this.#words, this.#index, LOCK.contended);
    }
  }

  unlock(): void {
    if (Atomics.exchange(this.#words, this.#index, LOCK.free) === LOCK.contended) {
      Atomics.notify(this.#words, this.#index, 1);
    }
  }
}
