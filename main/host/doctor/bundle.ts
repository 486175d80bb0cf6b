import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Zip, ZipDeflate } from 'fflate';
import { KiB } from '../../../shared/base/units.ts';
import { type DoctorFacts, runChecks } from './doctor.ts';
import { redactor } from './redact.ts';

/** Bytes of the end of each log that go in. */
const LOG_TAIL = 512 * KiB;
/** Files of each kind: a folder that grew wild must not make a huge archive. */
const MOST_FILES = 1000;

/**
 * A ZIP archive for a report, piece by piece: versions, checks, notices, settings and logs of machines, the host's logs, crash
 * reports. Nothing of what is in guests, on consoles or in their files. The home folder is written as `~`.
 */
export async function* bundle(facts: DoctorFacts, home = os.homedir()): AsyncGenerator<Uint8Array, void, undefined> {
  const redact = redactor(home);
  const pieces: Uint8Array[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, bytes) => {
    failure ??= error;
    pieces.push(bytes);
  });
  for await (const { name, text } of entries(facts)) {
    const entry = new ZipDeflate(name, { level: 6 });
    entry.mtime = Date.now();
    zip.add(entry);
    entry.push(Buffer.from(redact(text)), true);
    if (failure) throw failure;
    yield* pieces.splice(0);
  }
  zip.end();
  yield* pieces.splice(0);
}

interface Entry {
  /** With slashes, as ZIP has it. */
  readonly name: string;
  readonly text: string;
}

async function* entries(facts: DoctorFacts): AsyncGenerator<Entry, void, undefined> {
  yield { name: 'versions.json', text: json(versions(facts)) };
  yield { name: 'checks.json', text: json(await runChecks(facts)) };
  yield { name: 'notices.json', text: json(facts.notices()) };
  yield { name: 'machines.json', text: json(facts.machines()) };
  for (const { id, folder } of facts.machines().slice(0, MOST_FILES)) {
    yield* logs(folder, `machines/${id}`, (name) => name.endsWith('.jsonl'));
  }
  yield* logs(path.join(facts.dataFolder, 'logs'), 'logs', () => true);
  yield* logs(path.join(facts.dataFolder, 'crashes'), 'crashes', (name) => name.endsWith('.txt'));
}

function versions({ version, kind, dataFolder }: DoctorFacts): object {
  return {
    ...{ version, kind, dataFolder, made: new Date().toISOString() },
    ...{ platform: process.platform, arch: process.arch, os: os.version(), release: os.release() },
    ...{ cpu: os.cpus()[0]?.model ?? 'unknown', cpus: os.availableParallelism(), memory: os.totalmem() },
    versions: process.versions,
  };
}

/** The ends of those files in a folder that are wanted, by their names; nothing where there is no such folder. */
async function* logs(folder: string, as: string, wanted: (name: string) => boolean): AsyncGenerator<Entry> {
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names.filter(wanted).slice(0, MOST_FILES)) {
    const text = await tail(path.join(folder, name));
    if (text !== undefined) yield { name: `${as}/${name}`, text };
  }
}

/** From a line's start; undefined for what is no file, or cannot be read. */
async function tail(file: string): Promise<string | undefined> {
  try {
    // Not through a link: it may lead anywhere
    if (!(await fs.lstat(file)).isFile()) return undefined;
    const handle = await fs.open(file);
    try {
      const { size } = await handle.stat();
      const from = Math.max(0, size - LOG_TAIL);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
      const text = buffer.toString('utf8', 0, bytesRead);
      return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
