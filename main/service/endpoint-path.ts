/** Where the local endpoint of a data folder's owner listens. */
import { createHash, randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { InnError } from '../../shared/base/errors.ts';

/** Bytes that the path of a socket may have: `sun_path` has 104 on macOS and 108 on Linux, one of them for the end. */
const MAX_SOCKET_PATH = 100;

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tmpdir: string;
  readonly uid: number;
}

function here(): Surroundings {
  return { platform: process.platform, env: process.env, tmpdir: tmpdir(), uid: userInfo().uid };
}

/**
 * A socket in the data folder; where that path is too long for one, in a private folder of the user's; on Windows a pipe whose
 * name nobody can guess. For the holder of the folder's lock: what lies there from before is removed.
 */
export async function endpointPath(dataFolder: string, at: Surroundings = here()): Promise<string> {
  if (at.platform === 'win32') return `\\\\.\\pipe\\innkeeper-${randomBytes(16).toString('hex')}`;
  const direct = path.join(dataFolder, 'host.sock');
  const file = fits(direct) ? direct : await elsewhere(dataFolder, at);
  await fs.rm(file, { force: true });
  return file;
}

async function elsewhere(dataFolder: string, at: Surroundings): Promise<string> {
  const name = `${createHash('sha256').update(path.resolve(dataFolder)).digest('hex').slice(0, 16)}.sock`;
  for (const base of [at.env.XDG_RUNTIME_DIR, at.tmpdir, '/tmp']) {
    if (!base || !path.isAbsolute(base)) continue;
    const folder = path.join(base, `innkeeper-${at.uid}`);
    const file = path.join(folder, name);
    if (fits(file) && (await isPrivateFolder(folder, at.uid))) return file;
  }
  throw new InnError(
    `The path of the data folder is too long for a socket, and no other place will do: ${dataFolder}`,
    {
      code: 'data-folder-unusable',
      nextStep: `Set INN_HOME to a folder with a path of less than ${MAX_SOCKET_PATH - 10} characters.`,
    },
  );
}

function fits(file: string): boolean {
  return Buffer.byteLength(file) <= MAX_SOCKET_PATH;
}

/** Makes the folder if it is missing. Others may have made it first, with something in mind: it has to be ours and only ours. */
async function isPrivateFolder(folder: string, uid: number): Promise<boolean> {
  try {
    await fs.mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  const stat = await fs.lstat(folder);
  return stat.isDirectory() && stat.uid === uid && (stat.mode & 0o077) === 0;
}
