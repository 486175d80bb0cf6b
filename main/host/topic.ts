/** Something that is watched: each watcher first gets what is, then what changes. */

/** Changes that may wait for a slow watcher; beyond that it starts over with what is by then. */
const BACKLOG = 256;

interface Watcher<E> {
  waiting: E[];
  /** So many changes were missed that only a new start helps. */
  lost: boolean;
  wake: () => void;
}

export class Topic<E> {
  readonly #watchers = new Set<Watcher<E>>();

  get watched(): boolean {
    return this.#watchers.size > 0;
  }

  publish(event: E): void {
    for (const watcher of this.#watchers) {
      if (watcher.waiting.length >= BACKLOG) {
        watcher.lost = true;
        watcher.waiting = [];
      }
      if (!watcher.lost) watcher.waiting.push(event);
      watcher.wake();
    }
  }

  /**
   * Yields `first()`, then whatever is published, until `signal` fires. A watcher that is too slow gets `first()` again
   * instead of what it missed.
   */
  async *watch(signal: AbortSignal, first: () => readonly E[]): AsyncGenerator<E, void, undefined> {
    const watcher: Watcher<E> = { waiting: [...first()], lost: false, wake: () => {} };
    const onAbort = () => watcher.wake();
    this.#watchers.add(watcher);
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        if (watcher.lost) {
          watcher.lost = false;
          watcher.waiting = [...first()];
        }
        const event = watcher.waiting.shift();
        if (event !== undefined) yield event;
        else {
          await new Promise<void>((resolve) => {
            watcher.wake = resolve;
          });
        }
      }
    } finally {
      this.#watchers.delete(watcher);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
