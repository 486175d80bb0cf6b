/** Work that must not interleave, one piece after the other. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` once all that was asked for before has ended, well or not. Never call it from within its own work. */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
