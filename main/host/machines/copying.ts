/** Copies of files and folders that are on the disk when they are done, with progress, and with a way to stop. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../../platform/folders.ts';

/** Bytes between looks at the signal. */
const CHUNK = 1024 * 1024;

export interface CopyOptions {
  readonly signal?: AbortSignal;
  /** So many bytes more are copied. */
  onCopied?(bytes: number): void;
}

/**
 * Copies what a file holds; the target must not exist. Throws what the file system throws, or the signal's reason. A target
 * that was begun may then be left over.
 */
export async function copyFile(from: string, to: string, options: CopyOptions = {}): Promise<number> {
  const source = await fs.open(from, 'r');
  try {
    const target = await fs.open(to, 'wx');
    try {
      const buffer = new Uint8Array(CHUNK);
      let total = 0;
      for (;;) {
        options.signal?.throwIfAborted();
        const { bytesRead } = await source.read(buffer, 0, CHUNK);
        if (bytesRead === 0) break;
        await target.writeFile(buffer.subarray(0, bytesRead));
        total += bytesRead;
        options.onCopied?.(bytesRead);
      }
      await target.sync();
      return total;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

export interface FoundFile {
  /** Path below the folder, in the system's own way of writing. */
  readonly name: string;
  readonly bytes: number;
}

/** All regular files below a folder, but for those whose first part `skip` holds back. Links are not followed. */
export async function filesBelow(folder: string, skip: (name: string) => boolean = () => false): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const entry of await fs.readdir(path.join(folder, below), { withFileTypes: true })) {
      const name = path.join(below, entry.name);
      if (below === '' && skip(entry.name)) continue;
      if (entry.isDirectory()) await walk(name);
      else if (entry.isFile()) found.push({ name, bytes: (await fs.stat(path.join(folder, name))).size });
    }
  };
  await walk('');
  return found;
}

/** Bytes of all files below a folder. */
export async function folderSize(folder: string): Promise<number> {
  const files = await filesBelow(folder);
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Copies the files of one folder into another, which exists. `onProgress` is told the share that is done, 0 to 1. */
export async function copyFolder(
  from: string,
  to: string,
  options: { skip?(name: string): boolean; signal: AbortSignal; onProgress(share: number): void },
): Promise<void> {
  const files = await filesBelow(from, options.skip);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let copied = 0;
  for (const { name } of files) {
    const target = path.join(to, name);
    await makeFolder(path.dirname(target));
    await copyFile(path.join(from, name), target, {
      signal: options.signal,
      onCopied: (bytes) => {
        copied += bytes;
        options.onProgress(Math.min(1, copied / total));
      },
    });
  }
  options.signal.throwIfAborted();
}
