import { promises as fs } from 'node:fs';
import type { ResultOf } from '../../../shared/contract/contract.ts';

type Inspection = ResultOf<'file.inspect'>;

/** Enough for every magic number that is looked at: that of an x86 kernel is at 0x202. */
const HEAD = 1024;

/** What a file is, by its first bytes: its name says nothing. */
export async function inspectFile(file: { path: string; name: string; bytes: number }): Promise<Inspection> {
  const handle = await fs.open(file.path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return { name: file.name, bytes: file.bytes, ...describeHead(buffer.subarray(0, bytesRead)) };
  } finally {
    await handle.close();
  }
}

type Found = Pick<Inspection, 'kind' | 'text'>;

/** What begins with these bytes. */
export function describeHead(head: Buffer): Found {
  if (head.length === 0) return { kind: 'unusable', text: 'An empty file' };
  return (
    kernelImage(head) ??
    elf(head) ??
    MAGICS.find(({ at, magic }) => head.subarray(at, at + magic.length).equals(magic))?.found ??
    foreign(head) ?? { kind: 'raw', text: 'No format that Innkeeper knows: it would be loaded as it is' }
  );
}

function magic(at: number, bytes: string, kind: Found['kind'], text: string) {
  return { at, magic: Buffer.from(bytes, 'latin1'), found: { kind, text } };
}

const MAGICS = [
  magic(0, '\x1f\x8b', 'archive', 'Compressed with gzip'),
  magic(0, '\x28\xb5\x2f\xfd', 'archive', 'Compressed with zstd'),
  magic(0, '\xfd7zXZ\0', 'archive', 'Compressed with xz'),
  magic(0, '070701', 'archive', 'A cpio archive, as an initrd is'),
  magic(0, '070702', 'archive', 'A cpio archive with checksums, as an initrd is'),
  magic(0, '070707', 'unusable', 'A cpio archive of the old portable format, which Linux does not take as an initrd'),
  magic(0, 'BZh', 'unusable', 'Compressed with bzip2, which Innkeeper does not unpack'),
  magic(0, '\x04\x22\x4d\x18', 'unusable', 'Compressed with LZ4, which Innkeeper does not unpack'),
  magic(0, '\x02\x21\x4c\x18', 'unusable', 'Compressed with LZ4, which Innkeeper does not unpack'),
  magic(257, 'ustar', 'unusable', 'A tar archive'),
  magic(0, 'PK\x03\x04', 'unusable', 'A ZIP archive'),
  magic(0, 'QFI\xfb', 'unusable', 'A qcow2 disk image, not something to start'),
  magic(0, 'KDMV', 'unusable', 'A VMDK disk image, not something to start'),
  magic(0, 'conectix', 'unusable', 'A VHD disk image, not something to start'),
  magic(0, 'vhdxfile', 'unusable', 'A VHDX disk image, not something to start'),
  magic(0x40, '\x7f\x10\xda\xbe', 'unusable', 'A VDI disk image, not something to start'),
  magic(0, '\x27\x05\x19\x56', 'unusable', 'A U-Boot image: take the kernel out of it'),
  magic(0, '\xd0\x0d\xfe\xed', 'unusable', 'A device tree or FIT image: take the kernel out of it'),
  magic(0, '#!', 'unusable', 'A script'),
  magic(0, '%PDF', 'unusable', 'A PDF document'),
] as const;

/** Linux, Documentation/arch/riscv/boot-image-header.rst, arch/arm64/booting.rst and arch/x86/boot.rst. */
function kernelImage(head: Buffer): Found | undefined {
  if (has(head, 0, 'MZ') && has(head, 4, 'zimg')) return zboot(head);
  if (has(head, 0x38, 'RSC\x05')) return { kind: 'linux-image', text: 'A Linux kernel for RISC-V' };
  if (has(head, 0x38, 'ARM\x64')) return { kind: 'unusable', text: 'A Linux kernel for ARM64, not for RISC-V' };
  if (has(head, 0x202, 'HdrS')) return { kind: 'unusable', text: 'A Linux kernel for x86, not for RISC-V' };
  return undefined;
}

/** A kernel that unpacks itself under EFI (drivers/firmware/efi/libstub/zboot-header.S); its PE header says what it is for. */
function zboot(head: Buffer): Found {
  const pe = head.length >= 0x40 ? head.readUInt32LE(0x3c) : head.length;
  const riscv64 = has(head, pe, 'PE\0\0\x64\x50');
  if (riscv64) return { kind: 'linux-image', text: 'A Linux kernel for RISC-V, compressed' };
  return { kind: 'unusable', text: 'A compressed Linux kernel, not for RISC-V' };
}

/** System V ABI, ELF header: e_machine. */
const MACHINES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: 'x86 (32 bits)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC (64 bits)',
  22: 'IBM Z',
  40: 'ARM (32 bits)',
  43: 'SPARC (64 bits)',
  62: 'x86-64',
  183: 'ARM64',
  243: 'RISC-V',
  258: 'LoongArch',
};

function elf(head: Buffer): Found | undefined {
  if (!has(head, 0, '\x7fELF')) return undefined;
  if (head.length < 20) return { kind: 'unusable', text: 'An ELF file that is cut short' };
  const [wide, little] = [head[4] === 2, head[5] === 1];
  const machine = little ? head.readUInt16LE(18) : head.readUInt16BE(18);
  const name = MACHINES[machine] ?? `architecture ${machine}`;
  if (name !== 'RISC-V') return { kind: 'unusable', text: `An ELF file for ${name}, not for RISC-V` };
  if (!wide || !little)
    return { kind: 'unusable', text: 'An ELF file for 32-bit or big-endian RISC-V, not for 64-bit' };
  return { kind: 'elf', text: 'An ELF file for 64-bit RISC-V' };
}

/** What is surely meant for something else. */
function foreign(head: Buffer): Found | undefined {
  if (has(head, 0, 'MZ')) return { kind: 'unusable', text: 'A Windows or EFI program' };
  const printable = head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  if (printable) return { kind: 'unusable', text: 'Text' };
  return undefined;
}

function has(head: Buffer, at: number, text: string): boolean {
  return head.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'));
}
