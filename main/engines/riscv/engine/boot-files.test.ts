import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linuxImage } from '../../../../tests/fixtures/linux-image.ts';
import { type BootFileNames, bootSourceOf, readProgramFile } from './boot-files.ts';

let folder: string;
const at = (name: string) => path.join(folder, name);
const image = linuxImage({ size: 65536 });

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inn-boot-files-'));
  writeFileSync(at('Image'), image);
  writeFileSync(at('Image.gz'), gzipSync(image));
  writeFileSync(at('Image.zst'), zstdCompressSync(image));
  writeFileSync(at('cut.gz'), gzipSync(image).subarray(0, 30));
  writeFileSync(at('initrd'), '070701');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (names: BootFileNames, commandLine = '') => bootSourceOf(names, commandLine, () => {});

describe('readProgramFile', () => {
  it.each(['Image', 'Image.gz', 'Image.zst'])('gives the same for %s', async (name) => {
    const { file, bytes } = await readProgramFile(at(name), 'kernel');
    expect(file).toBe(at(name));
    expect(Buffer.from(bytes).equals(image)).toBe(true);
  });
});

describe('bootSourceOf', () => {
  it('starts a kernel on the virtio console', async () => {
    const source = open({ kernel: at('Image'), initrd: at('initrd') }, 'quiet x=1');
    expect(source).toMatchObject({ console: 'hvc0', bootArguments: 'console=hvc0 earlycon=sbi quiet x=1' });
    const files = await source.loadFiles();
    expect(files.initrd?.file).toBe(at('initrd'));
    expect(files.bios).toBeUndefined();
  });

  it('says when a kernel is code of no known format', async () => {
    writeFileSync(at('raw'), Buffer.alloc(64));
    const notes: string[] = [];
    await bootSourceOf({ kernel: at('raw') }, '', (text) => notes.push(text)).loadFiles();
    expect(notes).toEqual([`${at('raw')} is neither a Linux Image nor an ELF file: it is run as it is`]);
  });

  it('starts firmware, and what follows it, on the UART', async () => {
    const alone = open({ firmware: at('Image') });
    expect(alone).toMatchObject({ console: 'ttyS0', bootArguments: '' });
    expect(Object.keys(await alone.loadFiles())).toEqual(['bios']);
    expect(open({ firmware: at('Image'), kernel: at('Image') })).toMatchObject({
      console: 'ttyS0',
      bootArguments: 'console=ttyS0 earlycon=sbi',
    });
  });

  it.each<[string, BootFileNames]>([
    ['kernel-not-found', { kernel: '/nonexistent/Image' }],
    ['kernel-not-found', { kernel: '/dev/null/Image' }],
    ['kernel-not-a-file', { kernel: tmpdir() }],
    ['kernel-not-a-file', { kernel: '/dev/zero' }],
    ['firmware-not-found', { firmware: '/nonexistent/fw.bin' }],
    ['initrd-not-found', { initrd: '/nonexistent/initrd' }],
  ])('%s', async (code, names) => {
    await expect(open(names).loadFiles()).rejects.toMatchObject({ name: 'InnError', code });
  });

  it('kernel-damaged: the end of a compressed file is missing', async () => {
    await expect(open({ kernel: at('cut.gz') }).loadFiles()).rejects.toMatchObject({ code: 'kernel-damaged' });
  });
});
