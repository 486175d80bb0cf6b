/** What happened to one machine: lines of JSON in its folder. Two files at most; a line that a crash tore is skipped. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { type LogEntry, logEntry } from '../../../shared/contract/machine.ts';
import { Topic } from '../topic.ts';
import { LOG_FILE, OLD_LOG_FILE } from './machine-file.ts';
import { Queue } from './queue.ts';

/** A log of more bytes becomes the old one, and a new one is begun. */
const LARGEST = 4 * 1024 * 1024;
/** Entries kept in memory for those who watch; more than a `Topic` lets wait. */
const RECENT = 1024;

export class EventLog {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #largest: number;
  readonly #topic = new Topic<LogEntry[]>();
  readonly #recent: LogEntry[] = [];
  readonly #queue = new Queue();
  #waiting: LogEntry[] = [];
  /** Set once the file has been looked at. */
  #file: { next: number; bytes: number; torn: boolean } | undefined;

  /** Reads nothing yet: there may be hundreds of machines. */
  constructor(folder: string, now: () => number, largest = LARGEST) {
    this.#folder = folder;
    this.#now = now;
    this.#largest = largest;
  }

  /** Writes soon; see `flush`. A log that cannot be written is no reason for anything else to fail. */
  add(level: LogEntry['level'], event: string, text: string): void {
    const at = this.#now();
    void this.#queue
      .run(async () => {
        const file = await this.#open();
        const entry: LogEntry = { n: file.next++, at, level, event, text };
        this.#waiting.push(entry);
        this.#recent.push(entry);
        if (this.#recent.length > RECENT) this.#recent.shift();
        this.#topic.publish([entry]);
      })
      .catch(() => {});
    void this.#queue.run(() => this.#write()).catch(() => {});
  }

  /** Returns when all that was added is in the file. */
  flush(): Promise<void> {
    return this.#queue.run(() => this.#write());
  }

  /** The last `limit` entries, or those just before entry `before`; oldest first. */
  read(options: { before?: number | undefined; limit: number }): Promise<LogEntry[]> {
    return this.#queue.run(async () => {
      await this.#write();
      const before = options.before ?? Number.POSITIVE_INFINITY;
      const found: LogEntry[] = [];
      for (const name of [LOG_FILE, OLD_LOG_FILE]) {
        const lines = (await readText(path.join(this.#folder, name))).split('\n');
        for (let at = lines.length - 1; at >= 0 && found.length < options.limit; at--) {
          const entry = parseEntry(lines[at] ?? '');
          if (entry && entry.n < before) found.push(entry);
        }
      }
      return found.reverse();
    });
  }

  /** First the last `last` entries, then what is added, until `signal` fires. */
  async *watch(signal: AbortSignal, last: number): AsyncGenerator<LogEntry[], void, undefined> {
    const past = last > 0 ? await this.read({ limit: last }) : [];
    let seen = past.at(-1)?.n ?? 0;
    if (last === 0) seen = (await this.#queue.run(() => this.#open())).next - 1;
    if (past.length > 0) yield past;
    const missed = () => {
      const entries = this.#recent.filter(({ n }) => n > seen);
      return entries.length > 0 ? [entries] : [];
    };
    for await (const entries of this.#topic.watch(signal, missed)) {
      const fresh = entries.filter(({ n }) => n > seen);
      if (fresh.length === 0) continue;
      seen = fresh.at(-1)?.n ?? seen;
      yield fresh;
    }
  }

  async #open(): Promise<{ next: number; bytes: number; torn: boolean }> {
    if (this.#file) return this.#file;
    const text = await readText(path.join(this.#folder, LOG_FILE));
    const last = lastEntry(text) ?? lastEntry(await readText(path.join(this.#folder, OLD_LOG_FILE)));
    this.#file = {
      next: (last?.n ?? 0) + 1,
      bytes: Buffer.byteLength(text),
      torn: text !== '' && !text.endsWith('\n'),
    };
    return this.#file;
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const file = await this.#open();
    const entries = this.#waiting;
    this.#waiting = [];
    const text = (file.torn ? '\n' : '') + entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const current = path.join(this.#folder, LOG_FILE);
    if (file.bytes > this.#largest) {
      await fs.rename(current, path.join(this.#folder, OLD_LOG_FILE));
      file.bytes = 0;
    }
    await fs.appendFile(current, text);
    file.torn = false;
    file.bytes += Buffer.byteLength(text);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch {
    return '';
  }
}

function lastEntry(text: string): LogEntry | undefined {
  const lines = text.split('\n');
  for (let at = lines.length - 1; at >= 0; at--) {
    const entry = parseEntry(lines[at] ?? '');
    if (entry) return entry;
  }
  return undefined;
}

function parseEntry(line: string): LogEntry | undefined {
  if (line === '') return undefined;
  try {
    return logEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
