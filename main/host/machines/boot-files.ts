/** Copies of what a machine boots, in its folder: what becomes of the originals does not touch it. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError } from '../../../shared/base/errors.ts';
import type { MachineSettings, SettingsChange } from '../../../shared/contract/machine.ts';
import type { FileRef } from '../../../shared/contract/upload.ts';
import { makeFolder } from '../../platform/folders.ts';
import type { GivenFile } from '../uploads/uploads.ts';
import { copyFile } from './copying.ts';
import { FILES, ownFilePath } from './machine-file.ts';

type Boot = MachineSettings['boot'];
type WantedBoot = NonNullable<SettingsChange['boot']>;
type OwnFiles = Extract<Boot, { kind: 'files' }>;
const ROLES = ['kernel', 'initrd', 'firmware'] as const;

export type ResolveFile = (ref: FileRef) => Promise<GivenFile>;

export interface AdoptedBoot {
  readonly boot: Boot;
  /** To be called if the settings that it belongs to could not be kept: removes the copies. */
  dropped(): Promise<void>;
}

/**
 * Copies the files of `wanted` into the machine's folder, beside those that are there. A file that it has already (`current`)
 * is named by its name. Throws an `InnError`: `nothing-to-boot`, `file-not-found`, and what `resolve` throws.
 */
export async function adoptBoot(
  folder: string,
  wanted: WantedBoot,
  current: Boot | undefined,
  resolve: ResolveFile,
): Promise<AdoptedBoot> {
  if (wanted.kind === 'linux') return { boot: wanted, dropped: async () => {} };
  if (!wanted.kernel && !wanted.firmware) {
    throw new InnError('A machine needs a kernel or firmware to start', {
      code: 'nothing-to-boot',
      nextStep: 'Choose at least one of the two files.',
    });
  }
  const has = current?.kind === 'files' ? current : undefined;
  const copied: string[] = [];
  const boot: OwnFiles = { kind: 'files' };
  const dropped = async () => {
    await Promise.all(copied.map((file) => fs.rm(file, { force: true })));
  };
  try {
    for (const role of ROLES) {
      const file = wanted[role];
      if (!file) continue;
      if ('name' in file) {
        boot[role] = ownFile(has, file.name);
        continue;
      }
      const from = await resolve(file);
      try {
        const { name, target } = await freeTarget(folder, from.name);
        copied.push(target);
        boot[role] = { name, bytes: await copyGiven(from, target) };
      } finally {
        await from.discard();
      }
    }
  } catch (error) {
    await dropped();
    throw error;
  }
  return { boot, dropped };
}

/** Throws an `InnError` `own-file-missing` where one of the machine's copies has gone. */
export async function checkOwnFiles(folder: string, boot: Boot): Promise<void> {
  if (boot.kind !== 'files') return;
  for (const role of ROLES) {
    const file = boot[role];
    if (!file) continue;
    const copy = ownFilePath(folder, file.name);
    try {
      await fs.access(copy);
    } catch (cause) {
      throw new InnError(`The machine's copy of its ${role} has gone: there is no file ${copy}`, {
        code: 'own-file-missing',
        nextStep: `Put it back, or choose the ${role} anew in the settings of the machine.`,
        cause,
      });
    }
  }
}

async function copyGiven(from: GivenFile, target: string): Promise<number> {
  try {
    return await copyFile(from.path, target);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw missing(from.path, cause);
    throw new InnError(`${from.path} cannot be copied: ${(cause as Error).message}`, {
      code: 'file-not-copied',
      nextStep: 'Check that it is a file that you may read, and that the disk has room for a copy.',
      cause,
    });
  }
}

function missing(file: string, cause?: unknown): InnError {
  return new InnError(`There is no file ${file}`, {
    code: 'file-not-found',
    nextStep: 'Check its name and folder, or choose another file.',
    cause,
  });
}

function ownFile(has: OwnFiles | undefined, name: string): { name: string; bytes: number } {
  const found = ROLES.map((role) => has?.[role]).find((file) => file?.name === name);
  if (!found) throw missing(name);
  return found;
}

/** Characters of a file's name that are kept; it is for people, and the file system bounds it. */
const LONGEST = 80;

/** A name like the original's that every file system takes, and that none of the machine's files has. */
async function freeTarget(folder: string, original: string): Promise<{ name: string; target: string }> {
  await makeFolder(path.join(folder, FILES));
  const plain = original
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._+ -]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  const base = [...plain].slice(0, LONGEST).join('') || 'file';
  const taken = new Set((await fs.readdir(path.join(folder, FILES))).map((name) => name.toLowerCase()));
  for (let n = 1; ; n++) {
    const name = n === 1 && !RESERVED.test(base) ? base : `${n}-${base}`;
    if (!taken.has(name.toLowerCase())) return { name, target: ownFilePath(folder, name) };
  }
}

/** Windows takes these for devices, with or without an extension. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Names of the files that any of these settings boots. */
function namesOf(boots: readonly (Boot | undefined)[]): Set<string> {
  const files = boots.flatMap((boot) => (boot?.kind === 'files' ? ROLES.map((role) => boot[role]) : []));
  return new Set(files.flatMap((file) => (file ? [file.name] : [])));
}

/** Removes the files that none of `boots` has any use for: replaced ones, and copies that a crash left behind. */
export async function sweepFiles(folder: string, boots: readonly (Boot | undefined)[]): Promise<void> {
  const needed = namesOf(boots);
  const names = await fs.readdir(path.join(folder, FILES)).catch(() => []);
  const old = names.filter((name) => !needed.has(name));
  await Promise.all(old.map((name) => fs.rm(ownFilePath(folder, name), { force: true, recursive: true })));
}
