import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { run } from '../../../main/platform/process.ts';
import { QEMU } from './engines.ts';
import { GUEST_COMPILER, HOST_COMPILER } from './programs.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What a figure depends on and does not say itself. */
export interface MachineInfo {
  cpu: string;
  cores: number;
  memoryMB: number;
  system: string;
  node: string;
  v8: string;
  qemu: string;
  hostCompiler: string;
  guestCompiler: string;
  /** Commit of this repository, `+changes` if the tree differs from it. */
  commit: string;
  /** Over 1, 5 and 15 minutes: more than a little of it makes the figures doubtful. */
  loadAverage: number[];
}

export async function machineInfo(): Promise<MachineInfo> {
  const firstLine = (program: string, args: string[]) =>
    run(program, args, { cwd: ROOT }).then(
      ({ stdout }) => stdout.split('\n')[0] ?? '',
      () => 'not there',
    );
  const dirty = await firstLine('git', ['status', '--porcelain', '--untracked-files=no']);
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryMB: Math.round(os.totalmem() / 1e6),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    v8: process.versions.v8,
    qemu: await firstLine(QEMU, ['--version']),
    hostCompiler: await firstLine(HOST_COMPILER, ['--version']),
    guestCompiler: await firstLine(GUEST_COMPILER, ['--version']),
    commit: (await firstLine('git', ['rev-parse', 'HEAD'])) + (dirty === '' ? '' : '+changes'),
    loadAverage: os.loadavg(),
  };
}
