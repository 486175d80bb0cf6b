/** Files that the user opens with the app: a file manager hands them over before, while and after it starts. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = /\.elf$/i;

/**
 * The files among `args`, which hold also what Chromium and Electron put on a command line. Desktops give paths, which count from
 * `folder`, or `file:` addresses.
 */
export function filesOf(args: readonly string[], folder: string): string[] {
  return args
    .filter((arg) => !arg.startsWith('-'))
    .map((arg) => (arg.startsWith('file:') ? pathOfAddress(arg) : arg))
    .filter((file) => file !== undefined && PROGRAM.test(file))
    .map((file) => path.resolve(folder, file as string));
}

function pathOfAddress(address: string): string | undefined {
  try {
    return fileURLToPath(address);
  } catch {
    return undefined;
  }
}

export interface OpenedFiles {
  add(files: readonly string[]): void;
  /** Hands over all files, those that came before first. To be called once. */
  flowTo(open: (file: string) => void): void;
}

export function openedFiles(): OpenedFiles {
  const waiting: string[] = [];
  let take: (file: string) => void = (file) => waiting.push(file);
  return {
    add: (files) => {
      for (const file of files) take(file);
    },
    flowTo: (open) => {
      take = open;
      for (const file of waiting.splice(0)) open(file);
    },
  };
}
