/** Something that is watched: each watcher first gets what is, then what changes. */

/** Changes that may wait for a slow watcher; beyond that it starts over with what is by then. */
const BACKLOG = 256;

interface Watcher<E> {
  waiting: E[];
  /** What `first` gave is not a backlog, however long it is. */
  first: number;
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
      if (watcher.waiting.length - watcher.first >= BACKLOG) {
        watcher.lost = true;
        watcher.waiting = [];
        watcher.first = 0;
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
    // It starts over at once: with what is
    const watcher: Watcher<E> = { waiting: [], first: 0, lost: true, wake: () => {} };
    const onAbort = () => watcher.wake();
    this.#watchers.add(watcher);
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        if (watcher.lost) {
          watcher.lost = false;
          watcher.waiting = [...first()];
          watcher.first = watcher.waiting.length;
        }
        const event = watcher.waiting.shift();
        if (event !== undefined) {
          watcher.first = Math.max(0, watcher.first - 1);
          yield event;
        } else {
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
