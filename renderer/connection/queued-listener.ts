/** One listener that hears everything: what comes before it is set is kept for it. */
export interface QueuedListener<T> {
  push(value: T): void;
  listen(listener: (value: T) => void): void;
}

export function queuedListener<T>(): QueuedListener<T> {
  let waiting: T[] = [];
  let listener: ((value: T) => void) | undefined;
  return {
    push(value) {
      if (listener) listener(value);
      else waiting.push(value);
    },
    listen(next) {
      listener = next;
      const kept = waiting;
      waiting = [];
      for (const value of kept) next(value);
    },
  };
}
