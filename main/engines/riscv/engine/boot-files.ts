/** From the names of files to their contents: reads, decompresses, and says how what they hold is started. */
import { promises as fs } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { InnError } from '../../../../shared/base/errors.ts';
import { formatBytes, GiB } from '../../../../shared/base/units.ts';
import type { BootFile, BootFiles } from '../machine/boot-plan.ts';
import type { BootConsole } from '../machine/channels.ts';
import { compressionOf, readProgram } from '../machine/kernel-image.ts';

type Role = 'kernel' | 'initrd' | 'firmware' | 'program';

/** A machine has less memory than this, so no file of more bytes can be started. */
const LARGEST_FILE = 2 * GiB;

/** Names of files, as the operating system knows them. */
export interface BootFileNames {
  readonly kernel?: string;
  readonly initrd?: string;
  readonly firmware?: string;
}

export interface BootSource {
  /**
   * Reads the files, anew each time: nobody needs to keep what is that large. Throws an `InnError` for what is missing,
   * unreadable or damaged: `ROLE-not-found`, `-not-a-file`, `-too-large`, `-not-readable`, `-damaged`.
   */
  readonly loadFiles: () => Promise<BootFiles>;
  /** The kernel's command line. */
  readonly bootArguments: string;
  /** What is started speaks there first. */
  readonly console: BootConsole;
}

/** `commandLine` follows our own arguments to the kernel. `note` takes what the user may want to know. */
export function bootSourceOf(names: BootFileNames, commandLine: string, note: (text: string) => void): BootSource {
  const { kernel, initrd, firmware } = names;
  // What comes through a pipe can be read but once
  const once = new Map<string, BootFile>();
  const load = async (file: string, role: Role): Promise<BootFile> => {
    const kept = once.get(file);
    if (kept) return { file, bytes: kept.bytes.slice() };
    const read = role === 'initrd' ? await readBootFile(file, role) : await readProgramFile(file, role);
    if (role === 'kernel' && readProgram(read.bytes, file, role).kind === 'raw') {
      note(`${file} is neither a Linux Image nor an ELF file: it is run as it is`);
    }
    if (await isPipe(file)) once.set(file, { file, bytes: read.bytes.slice() });
    return read;
  };
  // Firmware and what it starts know the UART; so does a kernel, but a virtio console is quicker and can be resized.
  const console = firmware === undefined ? 'hvc0' : 'ttyS0';
  const ours = kernel === undefined ? [] : [`console=${console}`, 'earlycon=sbi'];
  return {
    loadFiles: async () => ({
      ...(firmware !== undefined && { bios: await load(firmware, 'firmware') }),
      ...(kernel !== undefined && { kernel: await load(kernel, 'kernel') }),
      ...(initrd !== undefined && { initrd: await load(initrd, 'initrd') }),
    }),
    bootArguments: [...ours, commandLine].filter((part) => part !== '').join(' '),
    console,
  };
}

async function isPipe(file: string): Promise<boolean> {
  return (await fs.stat(file)).isFIFO();
}

/** A kernel, firmware or other program, decompressed where that is possible here. */
export async function readProgramFile(file: string, role: Exclude<Role, 'initrd'>): Promise<BootFile> {
  const { bytes } = await readBootFile(file, role);
  return { file, bytes: await decompress(bytes, file, role) };
}

async function readBootFile(file: string, role: Role): Promise<BootFile> {
  const refuse = (code: string, message: string, nextStep: string, cause?: unknown) =>
    new InnError(message, { code: `${role}-${code}`, nextStep, cause });
  try {
    const stat = await fs.stat(file);
    if (!stat.isFile() && !stat.isFIFO()) {
      const what = stat.isDirectory() ? 'a folder' : 'a device';
      throw refuse('not-a-file', `${file} is ${what}, not a file`, `Choose a file as the ${role}.`);
    }
    if (stat.size > LARGEST_FILE) {
      const size = formatBytes(stat.size);
      throw refuse('too-large', `${file} has ${size}, more than any machine has memory`, 'Use a smaller file.');
    }
    return { file, bytes: await fs.readFile(file) };
  } catch (error) {
    switch (error instanceof Error && 'code' in error ? error.code : undefined) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw refuse('not-found', `There is no file ${file}`, `Check the name given for the ${role}.`, error);
      case 'EACCES':
      case 'EPERM':
        throw refuse('not-readable', `${file} may not be read`, 'Have its owner allow it: chmod +r FILE.', error);
      case 'EIO':
        throw refuse('not-readable', `${file} cannot be read: the disk reports an error`, 'Use a copy of it.', error);
      default:
        throw error;
    }
  }
}

const DECOMPRESSORS = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) } as const;

async function decompress(bytes: Uint8Array, file: string, role: Role): Promise<Uint8Array> {
  const found = compressionOf(bytes);
  const decompressor = found && DECOMPRESSORS[found.format as keyof typeof DECOMPRESSORS];
  // What cannot be decompressed here is refused later, with advice.
  if (!decompressor) return bytes;
  try {
    const part = bytes.subarray(found.offset, found.offset + found.length);
    return await decompressor(part, { maxOutputLength: LARGEST_FILE });
  } catch (cause) {
    throw new InnError(`${file} cannot be decompressed (${found.format})`, {
      code: `${role}-damaged`,
      nextStep: 'Build or download the file again.',
      cause,
    });
  }
}
