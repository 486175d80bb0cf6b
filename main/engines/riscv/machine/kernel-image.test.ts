import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InnError } from '../../../../shared/base/errors.ts';
import { buildElf } from '../../../../tests/fixtures/elf-builder.ts';
import { linuxImage } from '../../../../tests/fixtures/linux-image.ts';
import { compressionOf, readProgram } from './kernel-image.ts';

function errorOf(bytes: Uint8Array, role: 'kernel' | 'firmware' = 'kernel'): InnError {
  try {
    readProgram(bytes, 'file', role);
  } catch (error) {
    if (error instanceof InnError) return error;
    throw error;
  }
  throw new Error('It was taken');
}

function bytesOf(text: string, at = 0, size = at + text.length): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(
    [...text].map((letter) => letter.charCodeAt(0)),
    at,
  );
  return bytes;
}

describe("Linux's Image", () => {
  test('takes image_size in memory, at text_offset', () => {
    const image = readProgram(linuxImage({ textOffset: 0x40_0000n, imageSize: 0x12_3456n }), 'Image', 'kernel');
    expect(image).toMatchObject({ kind: 'linux', textOffset: 0x40_0000, size: 0x12_3456 });
  });

  test('takes no less than the file has', () => {
    expect(readProgram(linuxImage({ size: 8192, imageSize: 0n }), 'Image', 'kernel')).toMatchObject({ size: 8192 });
  });

  test('either magic will do', () => {
    expect(readProgram(linuxImage({ magic: '' }), 'Image', 'kernel').kind).toBe('linux');
    expect(readProgram(linuxImage({ magic2: '' }), 'Image', 'kernel').kind).toBe('linux');
    expect(readProgram(linuxImage({ magic: '', magic2: '' }), 'Image', 'kernel').kind).toBe('raw');
  });

  test('a header that cannot be true is refused', () => {
    expect(errorOf(linuxImage({ textOffset: 0x1000n })).code).toBe('kernel-damaged');
    expect(errorOf(linuxImage({ textOffset: 1n << 62n })).code).toBe('kernel-damaged');
    expect(errorOf(linuxImage({ imageSize: 1n << 32n })).code).toBe('kernel-damaged');
    expect(errorOf(linuxImage().subarray(0, 60)).code).toBe('kernel-damaged');
    expect(errorOf(linuxImage({ flags: 1n })).code).toBe('kernel-wrong-kind');
  });
});

test('ELF programs and raw bytes', () => {
  const segments = [{ vaddr: 0x8000_0000, paddr: 0x8000_0000, bytes: Uint8Array.of(1), memsz: 1 }];
  expect(readProgram(buildElf({ entry: 0x8000_0000, segments }), 'file', 'kernel').kind).toBe('elf');
  expect(readProgram(Uint8Array.of(0x6f, 0, 0, 0), 'file', 'firmware').kind).toBe('raw');
});

test('a compressed kernel is named as what it is, with the command that undoes it', () => {
  const error = errorOf(gzipSync(linuxImage()));
  expect(error.code).toBe('kernel-compressed');
  expect(error.message).toContain('gzip');
  expect(error.nextStep).toContain('gunzip');
  expect(errorOf(bytesOf('\xfd7zXZ\0', 0, 100), 'firmware').code).toBe('firmware-compressed');
});

test('the payload of an EFI zboot image is found', () => {
  const image = bytesOf('MZ', 0, 200);
  image.set(bytesOf('zimg'), 4);
  image.set(bytesOf('gzip'), 24);
  new DataView(image.buffer).setUint32(8, 100, true);
  new DataView(image.buffer).setUint32(12, 50, true);
  expect(compressionOf(image)).toEqual({ format: 'gzip', offset: 100, length: 50 });
  expect(errorOf(image).code).toBe('kernel-compressed');
  new DataView(image.buffer).setUint32(12, 101, true);
  expect(compressionOf(image)?.format).toBe('unknown');
});

test.each([
  ['an x86 kernel', bytesOf('HdrS', 0x202, 0x1000)],
  ['an ARM64 kernel', bytesOf('ARMd', 56, 0x1000)],
  ['an initial RAM disk', bytesOf('070701', 0, 0x1000)],
  ['a JPEG picture', bytesOf('\xff\xd8\xff\xe0', 0, 0x1000)],
  ['a PNG picture', bytesOf('\x89PNG\r\n\x1a\n', 0, 0x1000)],
  ['a PDF document', bytesOf('%PDF-1.7\n', 0, 0x1000)],
  ['a CD image', bytesOf('CD001', 0x8001, 0x9000)],
  ['a text file', bytesOf('#!/bin/sh\necho hello\n')],
])('%s is refused', (what, bytes) => {
  const error = errorOf(bytes);
  expect(error.code).toBe('kernel-wrong-kind');
  expect(error.message).toContain(`file is ${what}`);
});

test('an empty file is refused', () => {
  expect(errorOf(new Uint8Array(0)).code).toBe('kernel-empty');
});

test('whatever a file holds, it is taken or refused with an InnError', () => {
  const start = fc.constantFrom(linuxImage(), bytesOf('MZ\x90\0zimg', 0, 100), bytesOf('\x7fELF\x02\x01', 0, 100));
  fc.assert(
    fc.property(
      start,
      fc.array(fc.tuple(fc.nat(99), fc.nat(255)), { maxLength: 20 }),
      fc.nat(100),
      (from, edits, length) => {
        const bytes = from.slice(0, length);
        for (const [at, value] of edits) if (at < length) bytes[at] = value;
        try {
          const image = readProgram(bytes, 'file', 'kernel');
          if (image.kind === 'linux') expect(image.size).toBeGreaterThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InnError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
