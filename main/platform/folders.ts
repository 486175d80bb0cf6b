import { promises as fs } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it, unless they exist. Throws as `fs.mkdir` does where that cannot be: unlike its
 * `recursive` option also where a file system (/proc is one) answers that the parent is missing though it is there.
 */
export async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  let base = path.resolve(folder);
  while (!(await exists(base))) {
    missing.push(base);
    base = path.dirname(base);
  }
  for (const each of missing.reverse()) {
    await fs.mkdir(each).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.stat(file);
    return true;
  } catch (error) {
    // A file where a folder should be is for mkdir to refuse
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
