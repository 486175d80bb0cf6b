import { spawn } from 'node:child_process';
import { constants, promises as fs } from 'node:fs';
import path from 'node:path';

export interface RunOptions {
  cwd?: string;
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>>;
  /** Called with every complete line of stdout and stderr, without its end. */
  onLine?: (line: string) => void;
  /** Kills the child (SIGTERM) when it fires; `run` then rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface RunResult {
  stdout: string;
  stderr: string;
}

/** A program that could not be started, or ended with another status than 0. */
export class ChildProcessError extends Error {
  readonly command: string;
  /** Exit status; null if the program did not start or was killed. */
  readonly status: number | null;
  /** `ENOENT` and the like when the program did not start. */
  readonly errno: string | undefined;
  readonly stderr: string;

  constructor(command: string, status: number | null, stderr: string, options: { errno?: string; cause?: unknown }) {
    const why = options.errno ?? (status === null ? 'killed' : `status ${status}`);
    const last = lastLines(stderr, 8);
    super(`${command}: ${why}${last ? `\n${last}` : ''}`, { cause: options.cause });
    this.name = 'ChildProcessError';
    this.command = command;
    this.status = status;
    this.errno = options.errno;
    this.stderr = stderr;
  }
}

/** The last `count` lines of `text` that are not empty. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}

/** Keeps what is needed for a message when a program floods its output. Characters per stream. */
const KEPT_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs a program to its end without a shell and with empty stdin. Resolves with its output when its status is 0,
 * rejects with `ChildProcessError` otherwise. Messages come in English whatever the user's language (`LC_ALL=C.UTF-8`).
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = new LineSplitter(options.onLine);
    const err = new LineSplitter(options.onLine);
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (options.signal?.aborted) reject(options.signal.reason);
      else reject(new ChildProcessError(command, null, err.text, { errno: cause.code ?? 'failed', cause }));
    });
    child.on('close', (status) => {
      out.end();
      err.end();
      if (status === 0) resolve({ stdout: out.text, stderr: err.text });
      else reject(new ChildProcessError(command, status, err.text || out.text, {}));
    });
  });
}

/** Collects text and hands on complete lines. */
class LineSplitter {
  text = '';
  #rest = '';
  readonly #onLine: ((line: string) => void) | undefined;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    if (this.text.length < KEPT_OUTPUT) this.text += chunk;
    if (!this.#onLine) return;
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    if (this.#rest !== '') this.#onLine?.(this.#rest);
    this.#rest = '';
  }
}

/** The full path of an executable on `$PATH`, or undefined. */
export async function findProgram(
  name: string,
  searchPath: string = process.env.PATH ?? '',
): Promise<string | undefined> {
  for (const dir of searchPath.split(path.delimiter)) {
    if (dir === '') continue;
    const candidate = path.join(dir, name);
    try {
      await fs.access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
