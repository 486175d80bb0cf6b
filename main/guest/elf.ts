/** The little of ELF-64 (System V ABI, ELF-64 Object File Format 1.5) that the guest builder reads: little-endian files only. */

const SHT_DYNAMIC = 6;
const SHT_NOBITS = 8;
const PT_INTERP = 3;
const DT_NULL = 0n;
const DT_NEEDED = 1n;
const EM_RISCV = 243;

interface Section {
  name: string;
  type: number;
  link: number;
  data: Buffer;
}

export interface ElfFile {
  sections: readonly Section[];
  /** The dynamic loader that PT_INTERP names, such as `/lib/ld-linux-riscv64-lp64d.so.1`. */
  interpreter: string | undefined;
}

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 64 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Throws a plain `Error` when the file is not a well-formed 64-bit little-endian RISC-V ELF file. */
export function readElf(bytes: Uint8Array): ElfFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isElf(file) || file[4] !== 2 || file[5] !== 1) throw new Error('Not a 64-bit little-endian ELF file');
  if (file.readUInt16LE(18) !== EM_RISCV) throw new Error('Not an ELF file for RISC-V');
  const sections = readSections(file);
  return { sections, interpreter: readInterpreter(file) };
}

function slice(file: Buffer, offset: bigint, size: bigint): Buffer {
  if (offset + size > BigInt(file.length)) throw new Error('ELF file is cut short');
  return file.subarray(Number(offset), Number(offset + size));
}

function readSections(file: Buffer): Section[] {
  const table = file.readBigUInt64LE(40);
  const [entrySize, count, namesIndex] = [file.readUInt16LE(58), file.readUInt16LE(60), file.readUInt16LE(62)];
  if (count === 0) return [];
  const raw = Array.from({ length: count }, (_, index) => {
    const head = slice(file, table + BigInt(index * entrySize), 64n);
    const type = head.readUInt32LE(4);
    const size = type === SHT_NOBITS ? 0n : head.readBigUInt64LE(32);
    const data = slice(file, type === SHT_NOBITS ? 0n : head.readBigUInt64LE(24), size);
    return { name: head.readUInt32LE(0), type, link: head.readUInt32LE(40), data };
  });
  const names = raw[namesIndex]?.data ?? Buffer.alloc(0);
  return raw.map((section) => ({ ...section, name: textAt(names, section.name) }));
}

function readInterpreter(file: Buffer): string | undefined {
  const table = file.readBigUInt64LE(32);
  const [entrySize, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  for (let index = 0; index < count; index++) {
    const head = slice(file, table + BigInt(index * entrySize), 56n);
    if (head.readUInt32LE(0) !== PT_INTERP) continue;
    return textAt(slice(file, head.readBigUInt64LE(8), head.readBigUInt64LE(32)), 0);
  }
  return undefined;
}

function textAt(table: Buffer, offset: number): string {
  const end = table.indexOf(0, offset);
  return table.toString('utf8', offset, end < 0 ? table.length : end);
}

/** Names of the shared libraries that the file asks for (DT_NEEDED), in its order. */
export function neededLibraries(elf: ElfFile): string[] {
  const dynamic = elf.sections.find((section) => section.type === SHT_DYNAMIC);
  if (!dynamic) return [];
  const strings = elf.sections[dynamic.link]?.data ?? Buffer.alloc(0);
  const needed: string[] = [];
  for (let offset = 0; offset + 16 <= dynamic.data.length; offset += 16) {
    const tag = dynamic.data.readBigInt64LE(offset);
    if (tag === DT_NULL) break;
    if (tag === DT_NEEDED) needed.push(textAt(strings, Number(dynamic.data.readBigUInt64LE(offset + 8))));
  }
  return needed;
}
