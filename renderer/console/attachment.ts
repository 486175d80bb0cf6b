/** Keeps a terminal attached to its console, over reconnects, and takes no more from the host than the terminal can show. */
import { isInnError } from '../../shared/base/errors.ts';
import type { ConsoleEvent } from '../../shared/contract/console.ts';

export interface ConsoleSource {
  /** Resolves with the connection once there is one that is not `last`, or when `signal` fires. */
  next(last: object | null, signal: AbortSignal): Promise<object>;
  /** `console.attach`. Fails with `connection-lost` when the connection does. */
  attach(signal: AbortSignal): AsyncIterable<ConsoleEvent>;
}

export interface ConsoleSink {
  /** What comes next begins with the whole scrollback: it takes the place of what is shown. */
  begin(): void;
  /** The next event is asked for once this resolves: that is what holds back a guest that floods. */
  take(event: ConsoleEvent): void | Promise<void>;
  /** What is shown stays. */
  lost(): void;
  /** The host does not give this console; no further try. */
  refused(error: unknown): void;
}

/** Milliseconds until the next try after the host ended the stream by itself. */
const FIRST_PAUSE = 500;
const LAST_PAUSE = 15_000;

export async function keepAttached(source: ConsoleSource, sink: ConsoleSink, signal: AbortSignal): Promise<void> {
  let last: object | null = null;
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    const connection: object = await source.next(last, signal);
    if (signal.aborted) return;
    try {
      let begun = false;
      for await (const event of source.attach(signal)) {
        if (signal.aborted) return;
        if (!begun) sink.begin();
        begun = true;
        await sink.take(event);
        if (event.kind === 'output') pause = FIRST_PAUSE;
      }
      if (signal.aborted) return;
      sink.lost();
      await sleep(pause, signal);
      pause = Math.min(LAST_PAUSE, pause * 2);
    } catch (error) {
      if (signal.aborted) return;
      if (!isInnError(error) || error.code !== 'connection-lost') {
        sink.refused(error);
        return;
      }
      last = connection;
      sink.lost();
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
