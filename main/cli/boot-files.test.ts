import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MiB } from '../../shared/base/units.ts';
import { linuxImage } from '../../tests/fixtures/linux-image.ts';
import { openBoot, readProgramFile } from './boot-files.ts';
import type { TryOptions } from './try-options.ts';

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

const options: TryOptions = {
  cores: 1,
  memory: 64 * MiB,
  clock: 'wall',
  kernel: { kind: 'none' },
  initrd: undefined,
  bios: undefined,
  append: undefined,
  transport: 'pci',
};
const open = (changes: Partial<TryOptions>) => openBoot({ ...options, ...changes }, () => {});
const openAndLoad = async (changes: Partial<TryOptions>) => (await open(changes)).loadFiles();
const kernel = (name: string) => ({ kind: 'file', file: at(name) }) as const;

describe('readProgramFile', () => {
  it.each(['Image', 'Image.gz', 'Image.zst'])('gives the same for %s', async (name) => {
    const { file, bytes } = await readProgramFile(at(name), 'kernel');
    expect(file).toBe(at(name));
    expect(Buffer.from(bytes).equals(image)).toBe(true);
  });
});

describe('openBoot', () => {
  it('starts a kernel on the virtio console', async () => {
    const boot = await open({ kernel: kernel('Image'), initrd: at('initrd'), append: 'quiet x=1' });
    expect(boot).toMatchObject({ console: 'virtio', bootArguments: 'console=hvc0 earlycon=sbi quiet x=1' });
    const files = await boot.loadFiles();
    expect(files.initrd?.file).toBe(at('initrd'));
    expect(files.bios).toBeUndefined();
  });

  it('says when a kernel is code of no known format', async () => {
    writeFileSync(at('raw'), Buffer.alloc(64));
    const notes: string[] = [];
    const boot = await openBoot(
      { ...options, kernel: kernel('raw') },
      () => {},
      (text) => notes.push(text),
    );
    await boot.loadFiles();
    expect(notes).toEqual([`${at('raw')} is neither a Linux Image nor an ELF file: it is run as it is`]);
  });

  it('starts firmware, and what follows it, on the UART', async () => {
    const alone = await open({ bios: at('Image') });
    expect(alone).toMatchObject({ console: 'uart', bootArguments: '' });
    expect(Object.keys(await alone.loadFiles())).toEqual(['bios']);
    const both = await open({ bios: at('Image'), kernel: kernel('Image') });
    expect(both).toMatchObject({ console: 'uart', bootArguments: 'console=ttyS0 earlycon=sbi' });
  });

  it.each<[string, Partial<TryOptions>]>([
    ['kernel-not-found', { kernel: { kind: 'file', file: '/nonexistent/Image' } }],
    ['kernel-not-found', { kernel: { kind: 'file', file: '/dev/null/Image' } }],
    ['kernel-not-a-file', { kernel: { kind: 'file', file: tmpdir() } }],
    ['kernel-not-a-file', { kernel: { kind: 'file', file: '/dev/zero' } }],
    ['firmware-not-found', { bios: '/nonexistent/fw.bin' }],
    ['initrd-not-found', { initrd: '/nonexistent/initrd' }],
    ['guest-not-found', { kernel: { kind: 'guest', name: 'stock', folder: '/nonexistent' } }],
  ])('%s', async (code, changes) => {
    await expect(openAndLoad(changes)).rejects.toMatchObject({ name: 'InnError', code: expect.stringMatching(code) });
  });

  it('kernel-damaged: the end of a compressed file is missing', async () => {
    await expect(openAndLoad({ kernel: kernel('cut.gz') })).rejects.toMatchObject({ code: 'kernel-damaged' });
  });
});
