/** `host.json` in the data folder: where its owner can be reached, and the token that proves the right to. */
import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { HOST_KINDS } from '../../shared/contract/host.ts';

const hostFile = z.object({
  pid: z.int().positive(),
  version: z.string(),
  protocol: z.int(),
  kind: z.enum(HOST_KINDS),
  /** Path of a socket, or name of a Windows pipe. */
  socket: z.string(),
  /** 32 random bytes in hexadecimal. Who can read this file may do what its owner may. */
  token: z.string(),
  startedAt: z.number(),
});
export type HostFile = z.infer<typeof hostFile>;

export function filesOf(dataFolder: string) {
  return {
    /** Held by the owner as long as it lives. */
    lock: path.join(dataFolder, 'host.lock'),
    /** Held by who starts a background host, so that many at once start one. */
    startLock: path.join(dataFolder, 'start.lock'),
    host: path.join(dataFolder, 'host.json'),
    log: path.join(dataFolder, 'logs', 'host.log'),
    /** What a background host wrote to stdout and stderr: nothing, unless it broke. */
    output: path.join(dataFolder, 'logs', 'background.log'),
  };
}

export function newToken(): string {
  return randomBytes(32).toString('hex');
}

/** Undefined where there is none, or none that makes sense: nothing is lost, the next owner writes it anew. */
export async function readHostFile(dataFolder: string): Promise<HostFile | undefined> {
  try {
    return hostFile.parse(JSON.parse(await fs.readFile(filesOf(dataFolder).host, 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeHostFile(dataFolder: string, content: HostFile): Promise<void> {
  await writeFileAtomic(filesOf(dataFolder).host, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

export async function removeHostFile(dataFolder: string): Promise<void> {
  await fs.rm(filesOf(dataFolder).host, { force: true });
}
