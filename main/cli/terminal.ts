/** The user's terminal, or the pipes in its place: raw while a machine runs, and as it was before whatever happens. */
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { isatty, type ReadStream, type WriteStream } from 'node:tty';
import { TerminalModes } from './terminal-modes.ts';

export interface TerminalEvents {
  /** Typed by the user; call `pause` to get no more for a while. */
  onInput(bytes: Uint8Array): void;
  onResize(columns: number, rows: number): void;
  /** Nobody reads our output any more. */
  onOutputClosed(): void;
}

const STDOUT = 1;

/**
 * Node writes to a pipe as to a file: its thread stands still while nobody reads, and hears no signal. A socket on the same
 * pipe waits for its reader without that.
 */
function openStdout(): Writable {
  const stat = fstatSync(STDOUT);
  const isPipe = process.platform !== 'win32' && (stat.isFIFO() || stat.isSocket());
  return isPipe ? new Socket({ fd: STDOUT, readable: false, writable: true }) : process.stdout;
}

export class Terminal {
  /** Whether a person types here. Otherwise stdin is a file or a pipe. */
  readonly interactive: boolean;
  readonly #stdin: ReadStream;
  readonly #stdout: Writable;
  /** Standard output where that is a terminal. */
  readonly #screen: WriteStream | undefined;
  readonly #modes = new TerminalModes();
  #raw = false;
  #closed = false;

  /** Standard input and output of this process. */
  constructor() {
    this.#stdin = process.stdin;
    this.#screen = isatty(STDOUT) ? process.stdout : undefined;
    this.#stdout = this.#screen ?? openStdout();
    this.interactive = this.#stdin.isTTY === true;
  }

  open(events: TerminalEvents): void {
    const [stdin, stdout, screen] = [this.#stdin, this.#stdout, this.#screen];
    // The last resort: also run when an error was not caught
    process.on('exit', () => this.restore());
    if (this.interactive) {
      this.#setRaw(true);
      // The shell has reset the terminal when it brings us back to the foreground.
      process.on('SIGCONT', () => {
        if (this.#raw) stdin.setRawMode(true);
      });
    }
    stdin.on('data', (bytes: Uint8Array) => events.onInput(bytes));
    // The end of input does not end the guest, and a terminal that was closed says so by a signal.
    stdin.on('error', () => {});
    stdout.on('error', () => {
      this.#closed = true;
      events.onOutputClosed();
    });
    if (screen) {
      const report = () => events.onResize(screen.columns, screen.rows);
      screen.on('resize', report);
      report();
    }
  }

  /** Writes the guest's output; `written` is called when the operating system has taken it. */
  write(bytes: Uint8Array, written: () => void): void {
    if (this.#screen) this.#modes.watch(bytes);
    // Where nobody reads, output is dropped, or the guest would wait for ever.
    if (this.#closed) written();
    else this.#stdout.write(bytes, () => written());
  }

  /** Resolves when the operating system has taken all that was written. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.write(new Uint8Array(0), resolve));
  }

  pauseInput(): void {
    this.#stdin.pause();
  }

  resumeInput(): void {
    this.#stdin.resume();
  }

  /** Puts back what was changed, once. What is written afterwards is for a normal terminal. */
  restore(): void {
    if (!this.#raw) return;
    this.#setRaw(false);
    this.#screen?.write(this.#modes.undo());
  }

  #setRaw(raw: boolean): void {
    this.#raw = raw;
    try {
      this.#stdin.setRawMode(raw);
    } catch (error) {
      // The terminal is gone: then there is nothing to put back.
      if (raw) throw error;
    }
  }
}
