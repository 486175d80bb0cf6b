/** Reads ELF programs for 64-bit RISC-V: the System V gABI, chapters 4 and 5, and the RISC-V ELF psABI. */
import { InnError } from '../../../../shared/base/errors.ts';

export interface ElfSegment {
  /** Guest-physical. */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes in memory; those beyond `bytes` are zeros. */
  readonly size: number;
}

export interface ElfProgram {
  /** Guest-physical. */
  readonly entry: number;
  /** Only what is loaded, none of size 0, in the order of the file. */
  readonly segments: readonly ElfSegment[];
}

const IDENT = { class: 4, data: 5 } as const;
const CLASS_64 = 2;
const DATA_LITTLE = 1;
const HEADER = { size: 64, machine: 18, entry: 24, phoff: 32, phentsize: 54, phnum: 56 } as const;
const PROGRAM_HEADER = { size: 56, type: 0, flags: 4, offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40 } as const;
const PT_LOAD = 1;
const PF_X = 1;
const MACHINE_RISCV = 243;
/** Machines that a user is likely to hand us by mistake (e_machine). */
const MACHINE_NAMES: Readonly<Record<number, string>> = { 3: 'x86', 40: 'ARM', 62: 'x86-64', 183: 'ARM64' };

export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * What to load where. `bytes` are of any origin; `file` names them in errors. Throws an `InnError`: `elf-wrong-machine` for a
 * program of another machine, `elf-damaged` for one that contradicts itself. Segments are views of `bytes`.
 */
export function readElf(bytes: Uint8Array, file: string): ElfProgram {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isElf(bytes) || bytes.length < HEADER.size) throw damaged(file, 'its header is cut short');
  if (bytes[IDENT.class] !== CLASS_64 || bytes[IDENT.data] !== DATA_LITTLE) {
    const what = bytes[IDENT.class] === CLASS_64 ? 'a big-endian processor' : 'a 32-bit processor';
    throw wrongMachine(file, what);
  }
  const machine = view.getUint16(HEADER.machine, true);
  if (machine !== MACHINE_RISCV) throw wrongMachine(file, MACHINE_NAMES[machine] ?? `machine number ${machine}`);

  const phoff = u64(view, HEADER.phoff);
  const phnum = view.getUint16(HEADER.phnum, true);
  if (phnum > 0 && view.getUint16(HEADER.phentsize, true) !== PROGRAM_HEADER.size) {
    throw damaged(file, 'its program headers have an unknown size');
  }
  if (phoff + phnum * PROGRAM_HEADER.size > bytes.length) throw damaged(file, 'its program headers are cut short');

  const virtualEntry = view.getBigUint64(HEADER.entry, true);
  let entry = Number(virtualEntry);
  const segments: ElfSegment[] = [];
  for (let index = 0; index < phnum; index++) {
    const at = phoff + index * PROGRAM_HEADER.size;
    if (view.getUint32(at + PROGRAM_HEADER.type, true) !== PT_LOAD) continue;
    const offset = u64(view, at + PROGRAM_HEADER.offset);
    const address = u64(view, at + PROGRAM_HEADER.paddr);
    const filesz = u64(view, at + PROGRAM_HEADER.filesz);
    const size = u64(view, at + PROGRAM_HEADER.memsz);
    if (size === 0) continue;
    if (filesz > size) throw damaged(file, `segment ${index} is larger in the file than in memory`);
    if (offset + filesz > bytes.length) throw damaged(file, `segment ${index} is cut short`);
    // The entry is a virtual address, and it is where the segment was linked for: we start without translation.
    const executable = (view.getUint32(at + PROGRAM_HEADER.flags, true) & PF_X) !== 0;
    const intoSegment = Number(virtualEntry - view.getBigUint64(at + PROGRAM_HEADER.vaddr, true));
    if (executable && intoSegment >= 0 && intoSegment < size) entry = address + intoSegment;
    segments.push({ address, bytes: bytes.subarray(offset, offset + filesz), size });
  }
  if (segments.length === 0) throw damaged(file, 'it has nothing to load');
  return { entry, segments };
}

/** As a number that may have lost its last bits: what is beyond 2^53 is beyond any file and any RAM, and refused as such. */
function u64(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function damaged(file: string, why: string): InnError {
  return new InnError(`${file} is a damaged ELF file: ${why}`, {
    code: 'elf-damaged',
    nextStep: 'Build or download the file again.',
  });
}

function wrongMachine(file: string, what: string): InnError {
  return new InnError(`${file} is a program for ${what}, not for 64-bit RISC-V`, {
    code: 'elf-wrong-machine',
    nextStep: 'Use a file built for riscv64.',
  });
}
