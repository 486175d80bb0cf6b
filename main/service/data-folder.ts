import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError } from '../../shared/base/errors.ts';
import { makeFolder } from '../platform/folders.ts';

/** Makes the data folder, for its owner only, unless it is there. Throws `data-folder-unusable` where that is no use. */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await makeFolder(path.dirname(folder));
    await fs.mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await fs.stat(folder)).isDirectory()) throw new Error('it is not a folder');
    await fs.access(folder, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
  } catch (cause) {
    throw new InnError(`The data folder ${folder} cannot be used: ${(cause as Error).message}`, {
      code: 'data-folder-unusable',
      nextStep: 'See that it is yours and may be written to, or set INN_HOME to another folder.',
      cause,
    });
  }
}
