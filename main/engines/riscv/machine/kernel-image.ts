/** Tells what a kernel or firmware file is: Linux's Image format (arch/riscv/include/asm/image.h), ELF, or bytes as they are. */
import { InnError } from '../../../../shared/base/errors.ts';
import { GiB, MiB } from '../../../../shared/base/units.ts';
import { type ElfProgram, isElf, readElf } from './elf.ts';

export type ProgramImage =
  | {
      readonly kind: 'linux';
      readonly bytes: Uint8Array;
      /** Where it wants to lie, from the start of RAM; a multiple of 2 MiB. */
      readonly textOffset: number;
      /** Bytes it takes in memory; at least the size of the file. */
      readonly size: number;
    }
  | { readonly kind: 'elf'; readonly program: ElfProgram }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

export type ProgramRole = 'kernel' | 'firmware';

export type CompressionFormat = 'gzip' | 'xz' | 'zstd' | 'lz4' | 'bzip2' | 'lzma';

export interface Compressed {
  readonly format: CompressionFormat | 'unknown';
  /** Where the compressed bytes are in the file. */
  readonly offset: number;
  readonly length: number;
}

/** Offsets in the header of a Linux Image; all fields are little-endian. */
const IMAGE = { size: 64, textOffset: 8, imageSize: 16, flags: 24, magic: 48, magic2: 56 } as const;
const IMAGE_FLAG_BIG_ENDIAN = 1n;
/** "RISCV\0\0\0" was what told an Image before version 0.2 of the header; "RSC\x05" does since. */
const IMAGE_MAGIC = 'RISCV\0\0\0';
const IMAGE_MAGIC2 = 'RSC\x05';
/** A kernel maps itself with pages of this size. */
const IMAGE_ALIGNMENT = 2 * MiB;
/** No Image has come near; beyond it the header is not to be believed. */
const IMAGE_LIMIT = 4 * GiB;

/** Offsets in an EFI zboot image (drivers/firmware/efi/libstub/zboot-header.S). */
const ZBOOT = { magic: 4, payloadOffset: 8, payloadSize: 12, format: 24, formatEnd: 56, size: 64 } as const;

const COMPRESSED_SIGNATURES: readonly [CompressionFormat, string][] = [
  ['gzip', '\x1f\x8b'],
  ['xz', '\xfd7zXZ\0'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['lz4', '\x04\x22\x4d\x18'],
  ['lz4', '\x02\x21\x4c\x18'],
  ['bzip2', 'BZh'],
  ['lzma', '\x5d\0\0'],
];
const ZBOOT_FORMATS: Readonly<Record<string, CompressionFormat>> = {
  gzip: 'gzip',
  xzkern: 'xz',
  zstd22: 'zstd',
  zstd: 'zstd',
  lz4: 'lz4',
  lzma: 'lzma',
};

const HOW_TO_DECOMPRESS: Readonly<Record<Compressed['format'], string>> = {
  gzip: 'Decompress it first: gunzip -c FILE > Image',
  xz: 'Decompress it first: xz -dc FILE > Image',
  zstd: 'Decompress it first: zstd -dc FILE > Image',
  lz4: 'Decompress it first: lz4 -dc FILE > Image',
  bzip2: 'Decompress it first: bzip2 -dc FILE > Image',
  lzma: 'Decompress it first: xz --format=lzma -dc FILE > Image',
  unknown: 'Use the uncompressed Image of the same kernel.',
};

const NAME_A_PROGRAM = 'Check the name: give a Linux Image or an ELF file for riscv64.';

/** Files that are no program for this machine, and what to do with them. */
const FOREIGN: readonly { what: string; at: number; magic: string; nextStep: string }[] = [
  { what: 'an x86 kernel', at: 0x202, magic: 'HdrS', nextStep: 'Use a kernel built for riscv64.' },
  { what: 'an ARM64 kernel', at: 56, magic: 'ARMd', nextStep: 'Use a kernel built for riscv64.' },
  { what: 'an initial RAM disk', at: 0, magic: '07070', nextStep: 'Give it as the initrd, and a kernel besides.' },
  { what: 'a package', at: 0, magic: '!<arch>\n', nextStep: 'Unpack it and give the kernel inside, under boot/.' },
  {
    what: 'a disk image',
    at: 0,
    magic: 'QFI\xfb',
    nextStep: 'Give the kernel alone; disks cannot be started from here.',
  },
  { what: 'a CD image', at: 0x8001, magic: 'CD001', nextStep: 'Give the kernel alone, taken out of the image.' },
  { what: 'a JPEG picture', at: 0, magic: '\xff\xd8\xff', nextStep: NAME_A_PROGRAM },
  { what: 'a PNG picture', at: 0, magic: '\x89PNG\r\n', nextStep: NAME_A_PROGRAM },
  { what: 'a PDF document', at: 0, magic: '%PDF-', nextStep: NAME_A_PROGRAM },
  { what: 'a zip archive', at: 0, magic: 'PK\x03\x04', nextStep: 'Unpack it and give the kernel inside.' },
  { what: 'a device tree', at: 0, magic: '\xd0\x0d\xfe\xed', nextStep: 'The machine makes its own; give a kernel.' },
];

/**
 * What `bytes`, of any origin, are. `file` names them in errors. Throws an `InnError` for what cannot be a program of this
 * machine: `kernel-empty`, `kernel-compressed`, `kernel-wrong-kind`, `kernel-damaged` (the same with `firmware-`), or what
 * `readElf` throws.
 */
export function readProgram(bytes: Uint8Array, file: string, role: ProgramRole): ProgramImage {
  if (bytes.length === 0) {
    throw new InnError(`${file} is empty`, { code: `${role}-empty`, nextStep: 'Build or download the file again.' });
  }
  if (isElf(bytes)) return { kind: 'elf', program: readElf(bytes, file) };
  if (has(bytes, IMAGE.magic, IMAGE_MAGIC) || has(bytes, IMAGE.magic2, IMAGE_MAGIC2)) {
    return readLinuxImage(bytes, file, role);
  }
  const compressed = compressionOf(bytes);
  if (compressed) {
    const how = compressed.format === 'unknown' ? 'in a way not known here' : `with ${compressed.format}`;
    throw new InnError(`${file} is a compressed ${role} (${how})`, {
      code: `${role}-compressed`,
      nextStep: HOW_TO_DECOMPRESS[compressed.format],
    });
  }
  const foreign = FOREIGN.find(({ at, magic }) => has(bytes, at, magic));
  if (foreign) throw wrongKind(file, role, foreign.what, foreign.nextStep);
  if (isText(bytes)) throw wrongKind(file, role, 'a text file', `Give the ${role} itself.`);
  return { kind: 'raw', bytes };
}

/** Whether the file, or the payload of an EFI zboot image, is compressed: how, and where in the file. Null if it is not. */
export function compressionOf(bytes: Uint8Array): Compressed | null {
  if (has(bytes, 0, 'MZ') && has(bytes, ZBOOT.magic, 'zimg') && bytes.length >= ZBOOT.size) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const offset = view.getUint32(ZBOOT.payloadOffset, true);
    const length = view.getUint32(ZBOOT.payloadSize, true);
    const name = latin1(bytes.subarray(ZBOOT.format, ZBOOT.formatEnd)).split('\0', 1)[0] ?? '';
    const format = offset + length <= bytes.length ? ZBOOT_FORMATS[name] : undefined;
    return { format: format ?? 'unknown', offset, length };
  }
  const found = COMPRESSED_SIGNATURES.find(([, magic]) => has(bytes, 0, magic));
  return found ? { format: found[0], offset: 0, length: bytes.length } : null;
}

function readLinuxImage(bytes: Uint8Array, file: string, role: ProgramRole): ProgramImage {
  const damaged = (why: string) =>
    new InnError(`${file} is a damaged Linux kernel: ${why}`, {
      code: `${role}-damaged`,
      nextStep: 'Build or download the file again.',
    });
  if (bytes.length < IMAGE.size) throw damaged('its header is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getBigUint64(IMAGE.flags, true) & IMAGE_FLAG_BIG_ENDIAN) {
    throw wrongKind(file, role, 'a big-endian kernel', 'Use a kernel built for little-endian riscv64.');
  }
  const textOffset = view.getBigUint64(IMAGE.textOffset, true);
  const imageSize = view.getBigUint64(IMAGE.imageSize, true);
  if (textOffset >= IMAGE_LIMIT || textOffset % BigInt(IMAGE_ALIGNMENT) !== 0n) {
    throw damaged(`its text_offset is 0x${textOffset.toString(16)}`);
  }
  if (imageSize >= IMAGE_LIMIT) throw damaged(`its image_size is 0x${imageSize.toString(16)}`);
  // Headers of old kernels say 0.
  return { kind: 'linux', bytes, textOffset: Number(textOffset), size: Math.max(Number(imageSize), bytes.length) };
}

function wrongKind(file: string, role: ProgramRole, what: string, nextStep: string): InnError {
  return new InnError(`${file} is ${what}, not a ${role} for 64-bit RISC-V`, { code: `${role}-wrong-kind`, nextStep });
}

function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 4096).every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
}

/** `magic` holds one byte per character. */
function has(bytes: Uint8Array, at: number, magic: string): boolean {
  return latin1(bytes.subarray(at, at + magic.length)) === magic;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
