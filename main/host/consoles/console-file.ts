import { promises as fs } from 'node:fs';

/**
 * A console's last bytes on the disk, in two files: `file` is appended to, and when it holds half of the limit it becomes
 * `file.1`, in place of the one before. Nothing is ever rewritten, so a crash loses at most what was not yet appended.
 */
export class ConsoleFile {
  readonly #file: string;
  readonly #limit: number;
  #bytes = 0;

  private constructor(file: string, limit: number) {
    this.#file = file;
    this.#limit = limit;
  }

  /** `limit` in bytes, of both files together. */
  static async open(file: string, limit: number): Promise<{ file: ConsoleFile; text: Uint8Array }> {
    const opened = new ConsoleFile(file, limit);
    const [older, newer] = await Promise.all([readTail(opened.#older, limit), readTail(file, limit)]);
    opened.#bytes = newer.size;
    const all = Buffer.concat([older.tail, newer.tail]);
    const text = all.subarray(Math.max(0, all.length - limit));
    return { file: opened, text: older.cut || newer.cut || text.length < all.length ? afterLine(text) : text };
  }

  get #older(): string {
    return `${this.#file}.1`;
  }

  /** Bytes that may be appended before the next `turn`. */
  get room(): number {
    return Math.max(0, Math.floor(this.#limit / 2) - this.#bytes);
  }

  async append(bytes: Uint8Array): Promise<void> {
    await fs.appendFile(this.#file, bytes, { mode: 0o600 });
    this.#bytes += bytes.length;
  }

  /** Begins a new file. */
  async turn(): Promise<void> {
    await fs.rename(this.#file, this.#older).catch(unlessMissing);
    this.#bytes = 0;
  }

  async clear(): Promise<void> {
    await fs.rm(this.#older, { force: true });
    await fs.rm(this.#file, { force: true });
    this.#bytes = 0;
  }
}

/** The last bytes of a file, at most `limit`; nothing where there is no file. */
async function readTail(file: string, limit: number): Promise<{ tail: Buffer; size: number; cut: boolean }> {
  const handle = await fs.open(file).catch(unlessMissing);
  if (!handle) return { tail: Buffer.alloc(0), size: 0, cut: false };
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - limit);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return { tail: buffer.subarray(0, bytesRead), size, cut: from > 0 };
  } finally {
    await handle.close();
  }
}

function afterLine(text: Buffer): Buffer {
  const end = text.indexOf(0x0a);
  return end < 0 ? text : text.subarray(end + 1);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
