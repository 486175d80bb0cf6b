import { formatBytes } from '../../../shared/base/units.ts';
import type { ResultOf } from '../../../shared/contract/contract.ts';
import type { FileRef } from '../../../shared/contract/upload.ts';

/** A file for a machine to boot: one that it has already, or one that is handed over. */
export interface ChosenFile {
  readonly name: string;
  readonly bytes: number;
  /** Missing: the machine has it already. */
  readonly ref?: FileRef;
  /** What it is, in words. */
  readonly text?: string;
  readonly usable: boolean;
}

export function chosen(ref: FileRef, { name, bytes, kind, text }: ResultOf<'file.inspect'>): ChosenFile {
  return { name, bytes, ref, text: `${text}, ${formatBytes(bytes)}`, usable: kind !== 'unusable' };
}

/** What the contract takes for it. */
export function argumentOf({ ref, name, bytes }: ChosenFile): FileRef | { name: string; bytes: number } {
  return ref ?? { name, bytes };
}
