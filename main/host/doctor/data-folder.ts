/** Checks of the data folder and the disk that it is on. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { formatBytes, GiB, MiB } from '../../../shared/base/units.ts';
import { randomId } from '../random-id.ts';
import { type Finding, failed, ok, warning } from './report.ts';

/** Bytes. */
const LITTLE_ROOM = 2 * GiB;
const NO_ROOM = 200 * MiB;
/** Milliseconds after which what was to be there for a moment is a leftover. */
const STALE = 60 * 60_000;

export async function checkWritable(folder: string): Promise<Finding> {
  const nextStep = 'See that the folder is yours and its disk is well, or set INN_HOME to another one.';
  const probe = path.join(folder, `probe-${randomId(8)}`);
  try {
    const handle = await fs.open(probe, 'wx', 0o600);
    await handle.sync();
    await handle.close();
  } catch (error) {
    return failed(`${folder} cannot be written to: ${(error as Error).message}`, nextStep);
  } finally {
    await fs.rm(probe, { force: true });
  }
  const { mode } = await fs.stat(folder);
  if (process.platform !== 'win32' && (mode & 0o022) !== 0) {
    return warning(`${folder} can be written to by other users`, `Run: chmod go-w '${folder}'`);
  }
  return ok(folder);
}

/** statfs(2): file systems that lose or delay what is written. */
const REMOTE: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4266872130: 'SMB',
  4283649346: 'CIFS',
  16914839: '9P',
  1397113167: 'AFS',
  12805120: 'Ceph',
};
const IN_MEMORY: Readonly<Record<number, string>> = { 16914836: 'tmpfs', 2240043254: 'ramfs' };

export async function checkDisk(folder: string): Promise<Finding> {
  const { type, bavail, bsize } = await fs.statfs(folder);
  if (process.platform === 'linux') return judgeDisk(type, bavail * bsize);
  if (folder.startsWith('\\\\')) return judgeDisk(0xfe534d42, bavail * bsize);
  return judgeDisk(0, bavail * bsize);
}

/** `type` as Linux's statfs(2) has it. */
export function judgeDisk(type: number, free: number): Finding {
  const room = `${formatBytes(free)} are free`;
  const move = 'Set INN_HOME to a folder on a disk of this computer.';
  if (free < NO_ROOM) return failed(`Only ${room}`, 'Make room: changes may not be kept.');
  if (IN_MEMORY[type]) return warning(`On ${IN_MEMORY[type]}: all is gone when the computer restarts`, move);
  if (REMOTE[type])
    return warning(`On a network disk (${REMOTE[type]}): slow, and not safe from a lost connection`, move);
  if (free < LITTLE_ROOM) return warning(`Only ${room}`, 'Make room before you make machines with disks.');
  return ok(room);
}

/** Who can read `host.json` may do what its owner may. */
export async function checkToken(folder: string): Promise<Finding> {
  const file = path.join(folder, 'host.json');
  const stat = await fs.stat(file).catch(() => undefined);
  if (!stat) return ok('No other program can reach this host');
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
    return failed(`Other users can read ${file}, and so control your machines`, `Run: chmod 600 '${file}'`);
  }
  return ok('Only you can reach this host');
}

/** What write-file-atomic calls a file that is not yet in its place. */
const UNFINISHED = /\.json\.\d{6,}$/;

/** Files of a host that was killed while it wrote. They do no harm. */
export async function checkLeftovers(folder: string, now = Date.now()): Promise<Finding> {
  const folders = [folder];
  for (const name of ['machines', 'trash']) {
    const entries = await fs.readdir(path.join(folder, name)).catch(() => []);
    folders.push(...entries.map((entry) => path.join(folder, name, entry)));
  }
  const found: string[] = [];
  for (const each of folders) {
    for (const name of await fs.readdir(each).catch(() => [])) {
      if (!UNFINISHED.test(name)) continue;
      const stat = await fs.stat(path.join(each, name)).catch(() => undefined);
      if (stat && stat.mtimeMs < now - STALE) found.push(path.join(each, name));
    }
  }
  const [first] = found;
  if (first === undefined) return ok('None');
  return warning(
    `${found.length} unfinished ${found.length === 1 ? 'file' : 'files'} of a host that was killed: ${first}`,
    'They do no harm and may be deleted.',
  );
}
