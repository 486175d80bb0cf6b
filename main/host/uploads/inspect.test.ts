import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { describeHead } from './inspect.ts';

/** Bytes with text at offsets. */
function bytes(length: number, ...parts: [number, string][]): Buffer {
  const all = Buffer.alloc(length);
  for (const [at, text] of parts) all.write(text, at, 'latin1');
  return all;
}

/** An ELF header: class (1: 32 bits, 2: 64), byte order (1: little) and machine. */
function elf(wide: number, order: number, machine: number): Buffer {
  const header = bytes(64, [0, '\x7fELF']);
  header[4] = wide;
  header[5] = order;
  if (order === 1) header.writeUInt16LE(machine, 18);
  else header.writeUInt16BE(machine, 18);
  return header;
}

/** An EFI zboot image, as distributions ship kernels: a PE file whose machine says what it is for. */
function zboot(machine: number): Buffer {
  const image = bytes(1024, [0, 'MZ'], [4, 'zimg'], [24, 'gzip'], [0x80, 'PE\0\0']);
  image.writeUInt32LE(0x80, 0x3c);
  image.writeUInt16LE(machine, 0x84);
  return image;
}

const text = Buffer.from('just words\n');

test.each([
  ['linux-image', 'A Linux kernel for RISC-V', bytes(64, [0, 'MZ'], [0x38, 'RSC\x05'])],
  ['linux-image', 'A Linux kernel for RISC-V, compressed', zboot(0x5064)],
  ['unusable', 'not for RISC-V', zboot(0xaa64)],
  ['unusable', 'ARM64, not for RISC-V', bytes(64, [0, 'MZ'], [0x38, 'ARM\x64'])],
  ['unusable', 'x86, not for RISC-V', bytes(1024, [0x202, 'HdrS'])],
  ['elf', '64-bit RISC-V', elf(2, 1, 243)],
  ['unusable', '32-bit or big-endian RISC-V', elf(1, 1, 243)],
  ['unusable', '32-bit or big-endian RISC-V', elf(2, 2, 243)],
  ['unusable', 'x86-64, not for RISC-V', elf(2, 1, 62)],
  ['unusable', 'ARM64, not for RISC-V', elf(2, 1, 183)],
  ['unusable', 'IBM Z, not for RISC-V', elf(2, 2, 22)],
  ['unusable', 'architecture 999, not', elf(2, 1, 999)],
  ['unusable', 'cut short', elf(2, 1, 243).subarray(0, 10)],
  ['archive', 'gzip', gzipSync(text)],
  ['archive', 'zstd', zstdCompressSync(text)],
  ['archive', 'xz', bytes(64, [0, '\xfd7zXZ\0'])],
  ['archive', 'cpio', bytes(110, [0, '070701'])],
  ['unusable', 'tar', bytes(512, [257, 'ustar'])],
  ['unusable', 'qcow2', bytes(104, [0, 'QFI\xfb'])],
  ['unusable', 'script', Buffer.from('#!/bin/sh\n')],
  ['unusable', 'Text', text],
  ['unusable', 'empty', Buffer.alloc(0)],
  ['unusable', 'Windows or EFI', bytes(64, [0, 'MZ'])],
  ['raw', 'no format', bytes(64, [0, '\x13\x05\x10\x00'])],
] as const)('%s: %s', (kind, expected, head) => {
  const found = describeHead(head);
  expect(found.text.toLowerCase()).toContain(expected.toLowerCase());
  expect(found.kind).toBe(kind);
});
