import { KiB, MiB } from '../../../shared/base/units.ts';
import type { ConsoleEvent } from '../../../shared/contract/console.ts';
import { ConsoleWriter } from './console-writer.ts';
import { ReplayFilter } from './replay-filter.ts';
import { Scrollback } from './scrollback.ts';

/** Bytes of scrollback: about 100,000 lines of 80 characters. */
const DEFAULT_LIMIT = 8 * MiB;
/** Bytes of one event. */
const REPLAY_PIECE = 64 * KiB;
const OUTPUT_PIECE = 32 * KiB;
/** Milliseconds between two events to a viewer, unless a whole piece waits: many lines make few events. */
const COALESCE = 8;
/** Bytes that the guest may be ahead of its fastest viewer. */
const AHEAD = 256 * KiB;
/** Milliseconds without progress after which a viewer no longer holds the guest back. */
const STUCK = 2000;
/** Restarts that are remembered. */
const MAX_RESTARTS = 1000;

/**
 * Stands between two runs in the scrollback, so that the modes which the earlier left on do not garble the later: ends any
 * sequence (CAN), leaves the alternate screen, turns off mouse reports and bracketed paste, resets softly (DECSTR).
 */
const RUN_SEPARATOR = '\x18\x1b[?1047l\x1b[?1000;1002;1003;1004;1006;2004l\x1b>\x1b[!p';

/** Where in the output a run begins. */
interface Restart {
  /** Rises by one with each. */
  readonly n: number;
  readonly offset: number;
}

interface Viewer {
  /** Everything before this offset was handed to the viewer, or skipped. */
  cursor: number;
  /** Everything before this offset it has taken. */
  taken: number;
  /** The last restart that it was told. */
  restart: number;
  /** The size that it was told. */
  size: ConsoleSize | null;
  /** It waits for the guest, not the guest for it. */
  idle: boolean;
  /** When something was last handed to it, or taken by it. */
  progressAt: number;
  /** It need not be woken before there is output up to this offset. */
  wakeAt: number;
  wake: () => void;
}

export interface ConsoleHubOptions {
  /** Where the scrollback outlives the host; without it, it does not. */
  readonly file?: string;
  /** Bytes of scrollback. */
  readonly limit?: number;
  /** Called when the file cannot be written; it is tried again with later output. */
  readonly onProblem?: (error: Error) => void;
}

export interface ConsoleSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * One console: keeps what the guest said and hands it to any number of viewers, each at its own pace, from one ring. Holds the
 * guest back to the pace of the fastest viewer. Keeps up to its limit in memory: open it when it is needed.
 */
export class ConsoleHub {
  readonly #scrollback: Scrollback;
  readonly #writer: ConsoleWriter | undefined;
  readonly #viewers = new Set<Viewer>();
  /** Output that the guest waits to have taken, by the offset behind it. */
  #waiting: { readonly offset: number; readonly taken: () => void }[] = [];
  #stuckTimer: NodeJS.Timeout | undefined;
  #restarts: Restart[] = [];
  #lastRestart = 0;
  /** The guest has said nothing since the last restart. */
  #fresh = false;
  #size: ConsoleSize | null = null;
  #firstOutputAt: number | null = null;
  #closed = false;

  private constructor(scrollback: Scrollback, writer: ConsoleWriter | undefined) {
    this.#scrollback = scrollback;
    this.#writer = writer;
  }

  static async open({ file, limit, onProblem }: ConsoleHubOptions = {}): Promise<ConsoleHub> {
    const scrollback = new Scrollback(limit ?? DEFAULT_LIMIT);
    if (file === undefined) return new ConsoleHub(scrollback, undefined);
    return new ConsoleHub(scrollback, await ConsoleWriter.open(file, scrollback, onProblem ?? (() => {})));
  }

  /** In characters; null until somebody gave one. */
  get size(): ConsoleSize | null {
    return this.#size;
  }

  /** When the guest first said something in this run, in milliseconds since 1970. */
  get firstOutputAt(): number | null {
    return this.#firstOutputAt;
  }

  /**
   * What the guest says. `taken` is called once it may say more: at once without viewers, else when the fastest of them is
   * near. One that took nothing for two seconds does not count.
   */
  output(bytes: Uint8Array, taken: () => void): void {
    if (this.#closed || bytes.length === 0) {
      taken();
      return;
    }
    this.#firstOutputAt ??= Date.now();
    this.#fresh = false;
    this.#append(bytes);
    this.#waiting.push({ offset: this.#scrollback.end, taken });
    this.#release();
  }

  /** A new run begins. The text of the earlier ones stays above it. */
  restarted(): void {
    if (this.#closed) return;
    const { start, end, lastByte } = this.#scrollback;
    this.#firstOutputAt = null;
    // Of several restarts at one place the last is enough
    this.#restarts = this.#restarts.filter(({ offset }) => offset >= start && offset < end).slice(-MAX_RESTARTS);
    if (end > start && !this.#fresh) this.#append(Buffer.from(RUN_SEPARATOR + (lastByte === 0x0a ? '' : '\r\n')));
    this.#fresh = true;
    this.#restarts.push({ n: ++this.#lastRestart, offset: this.#scrollback.end });
    this.#wakeAll();
  }

  /** A viewer gave the terminal another size, in characters. */
  resized(columns: number, rows: number): void {
    if (this.#size?.columns === columns && this.#size.rows === rows) return;
    this.#size = { columns, rows };
    this.#wakeAll();
  }

  /** Forgets the scrollback, also on the disk. What viewers already show is theirs to clear. */
  clear(): void {
    this.#scrollback.clear();
    void this.#writer?.clear();
    this.#wakeAll();
  }

  /**
   * The size where there is one, the scrollback, then what comes, until `signal` fires. After `skipped` a viewer should end
   * whatever sequence its terminal is in (CAN): the next byte begins something new.
   */
  async *attach(signal: AbortSignal): AsyncGenerator<ConsoleEvent, void, undefined> {
    const cursor = this.#scrollback.firstPlace;
    const viewer: Viewer = {
      cursor,
      taken: cursor,
      // Runs whose text is gone are no news
      restart: this.#restarts.findLast(({ offset }) => offset < cursor)?.n ?? 0,
      size: null,
      idle: false,
      progressAt: performance.now(),
      wakeAt: 0,
      wake: () => {},
    };
    const leave = () => {
      this.#viewers.delete(viewer);
      this.#release();
    };
    // At once, for a viewer that is gone may never ask again
    const onAbort = () => {
      leave();
      viewer.wake();
    };
    if (signal.aborted) return;
    signal.addEventListener('abort', onAbort);
    this.#viewers.add(viewer);
    try {
      for await (const event of this.#events(viewer, signal)) {
        viewer.progressAt = performance.now();
        yield event;
        viewer.progressAt = performance.now();
        viewer.taken = viewer.cursor;
        this.#release();
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      leave();
    }
  }

  /** Resolves when all that was said is with the operating system. */
  async flush(): Promise<void> {
    await this.#writer?.flush();
  }

  /** Ends all views. What the guest says from now on is dropped. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeAll();
    this.#release();
    await this.#writer?.close();
  }

  async *#events(viewer: Viewer, signal: AbortSignal): AsyncGenerator<ConsoleEvent, void, undefined> {
    // The past ends here, whatever is said while it is sent
    const past = { end: this.#scrollback.end, restart: this.#lastRestart };
    const filter = new ReplayFilter();
    let replaying = true;
    let sentAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted && !this.#closed) {
      const { event, until, more } = this.#next(viewer);
      if (event) {
        // What comes next does not go on where the last piece ended
        if (event.kind === 'skipped') filter.reset();
        yield event;
      } else if (replaying) {
        const to = Math.max(viewer.cursor, Math.min(until, past.end, viewer.cursor + REPLAY_PIECE));
        const bytes = filter.push(this.#read(viewer, to));
        const last = to >= past.end && (this.#restartAfter(viewer)?.n ?? Number.POSITIVE_INFINITY) > past.restart;
        replaying = !last;
        if (last) yield { kind: 'replay', bytes: Buffer.concat([bytes, filter.end()]), last };
        else if (bytes.length > 0) yield { kind: 'replay', bytes, last };
      } else {
        const wait = sentAt + COALESCE - performance.now();
        if (until === viewer.cursor) await this.#sleep(viewer, 0);
        else if (wait > 0 && !more && until - viewer.cursor < OUTPUT_PIECE) {
          await this.#sleep(viewer, viewer.cursor + OUTPUT_PIECE, wait);
        } else {
          sentAt = performance.now();
          yield { kind: 'output', bytes: this.#read(viewer, Math.min(until, viewer.cursor + OUTPUT_PIECE)) };
        }
      }
    }
  }

  /**
   * What a viewer is to be told before any more bytes; without that, how far the bytes go that may follow, and whether
   * something else comes after them.
   */
  #next(viewer: Viewer): { event?: ConsoleEvent; until: number; more: boolean } {
    const { start, end, firstPlace } = this.#scrollback;
    if (viewer.size !== this.#size && this.#size) {
      viewer.size = this.#size;
      return { event: { kind: 'resized', ...this.#size }, until: end, more: true };
    }
    if (viewer.cursor < start) {
      const bytes = firstPlace - viewer.cursor;
      viewer.cursor = firstPlace;
      return { event: { kind: 'skipped', bytes }, until: end, more: true };
    }
    const restart = this.#restartAfter(viewer);
    if (restart && restart.offset <= viewer.cursor) {
      viewer.restart = restart.n;
      return { event: { kind: 'restarted' }, until: end, more: true };
    }
    return { until: restart?.offset ?? end, more: restart !== undefined };
  }

  /** The first restart that a viewer was not told. */
  #restartAfter(viewer: Viewer): Restart | undefined {
    return viewer.restart === this.#lastRestart ? undefined : this.#restarts.find(({ n }) => n > viewer.restart);
  }

  #read(viewer: Viewer, to: number): Uint8Array {
    const bytes = this.#scrollback.read(viewer.cursor, to);
    viewer.cursor = to;
    return bytes;
  }

  #append(bytes: Uint8Array): void {
    this.#scrollback.append(bytes);
    this.#writer?.dirty();
    const { end } = this.#scrollback;
    for (const viewer of this.#viewers) if (end >= viewer.wakeAt) viewer.wake();
  }

  #wakeAll(): void {
    for (const viewer of this.#viewers) viewer.wake();
  }

  /** Until there is output up to an offset, or something else is new, or so many milliseconds went by. */
  async #sleep(viewer: Viewer, wakeAt: number, ms?: number): Promise<void> {
    viewer.idle = true;
    viewer.wakeAt = wakeAt;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      viewer.wake = resolve;
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    viewer.idle = false;
    viewer.progressAt = performance.now();
  }

  /** Lets the guest go on as far as the viewers allow. */
  #release(): void {
    const reach = this.#reach();
    const index = this.#waiting.findIndex(({ offset }) => offset > reach);
    const ready = this.#waiting.splice(0, index < 0 ? this.#waiting.length : index);
    clearTimeout(this.#stuckTimer);
    this.#stuckTimer = undefined;
    if (this.#waiting.length > 0) this.#stuckTimer = setTimeout(() => this.#release(), this.#untilStuck());
    for (const { taken } of ready) taken();
  }

  /** The offset up to which the guest may go. */
  #reach(): number {
    let reach = Number.NEGATIVE_INFINITY;
    if (this.#closed) return Number.POSITIVE_INFINITY;
    for (const viewer of this.#viewers) if (!isStuck(viewer)) reach = Math.max(reach, viewer.taken + AHEAD);
    return reach === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : reach;
  }

  /** Milliseconds until the next viewer counts as stuck. */
  #untilStuck(): number {
    const now = performance.now();
    const left = Array.from(this.#viewers, (viewer) => (isStuck(viewer) ? STUCK : viewer.progressAt + STUCK - now));
    return Math.max(1, Math.min(STUCK, ...left) + 1);
  }
}

function isStuck({ idle, progressAt }: Viewer): boolean {
  return !idle && performance.now() - progressAt >= STUCK;
}
