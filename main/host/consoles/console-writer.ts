import { KiB, MiB } from '../../../shared/base/units.ts';
import { ConsoleFile } from './console-file.ts';
import type { Scrollback } from './scrollback.ts';

/** Milliseconds for which output gathers before it is written: what is lost of it when the host is killed. */
const DEBOUNCE = 100;
/** Bytes that do not wait so long. */
const ENOUGH = 256 * KiB;
/** Milliseconds until the next attempt after one failed. */
const RETRY = 10_000;
/** Bytes of one write. */
const BATCH = MiB;

/** Brings a scrollback to its file, a little later. What it forgot before it was written is left out. */
export class ConsoleWriter {
  readonly #file: ConsoleFile;
  readonly #scrollback: Scrollback;
  readonly #onProblem: (error: Error) => void;
  #written: number;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #busy = false;
  #delay = DEBOUNCE;

  private constructor(file: ConsoleFile, scrollback: Scrollback, onProblem: (error: Error) => void) {
    this.#file = file;
    this.#scrollback = scrollback;
    this.#onProblem = onProblem;
    this.#written = scrollback.end;
  }

  /** Fills the scrollback, which is empty, with what the file holds. */
  static async open(path: string, scrollback: Scrollback, onProblem: (error: Error) => void): Promise<ConsoleWriter> {
    const { file, text } = await ConsoleFile.open(path, scrollback.limit);
    scrollback.append(text);
    return new ConsoleWriter(file, scrollback, onProblem);
  }

  /** To be called after the scrollback grew. */
  dirty(): void {
    if (this.#busy) return;
    if (this.#delay === DEBOUNCE && this.#scrollback.end - this.#written >= ENOUGH) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), this.#delay);
  }

  /** Resolves when everything said so far is with the operating system, or could not be written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#then(() => this.#writeAll());
  }

  /** The last flush: nothing is written after it. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  /** Forgets what the file holds; to be called after the scrollback was cleared. */
  clear(): Promise<void> {
    const end = this.#scrollback.end;
    return this.#then(async () => {
      await this.#file.clear();
      this.#written = end;
    });
  }

  /** One after the other; never rejects. */
  #then(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      this.#busy = true;
      try {
        await work();
        this.#delay = DEBOUNCE;
      } catch (error) {
        // How much of it was written is not known: better a gap than text twice
        this.#written = this.#scrollback.end;
        this.#delay = RETRY;
        this.#onProblem(error as Error);
      } finally {
        this.#busy = false;
      }
      if (this.#written < this.#scrollback.end) this.dirty();
    });
    return this.#last;
  }

  async #writeAll(): Promise<void> {
    const end = this.#scrollback.end;
    while (this.#written < end) {
      const from = Math.max(this.#written, this.#scrollback.start);
      const { to, turn } = this.#nextWrite(from, Math.min(end, from + BATCH));
      await this.#file.append(this.#scrollback.read(from, to));
      this.#written = to;
      if (turn) await this.#file.turn();
    }
  }

  /** A new file begins where a terminal may begin to read, if there is such a place in reach. */
  #nextWrite(from: number, end: number): { to: number; turn: boolean } {
    const hard = from + this.#file.room;
    const soft = Math.max(from, hard - this.#scrollback.spacing);
    if (end < soft) return { to: end, turn: false };
    const place = this.#scrollback.placeFrom(soft);
    if (place !== undefined && place <= Math.min(end, hard)) return { to: place, turn: true };
    return end < hard ? { to: end, turn: false } : { to: hard, turn: true };
  }
}
