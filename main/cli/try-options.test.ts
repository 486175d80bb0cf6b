import { describe, expect, it } from 'vitest';
import { GiB, MiB } from '../../shared/base/units.ts';
import { DEFAULT_JIT_THRESHOLD } from '../engines/riscv/threads/messages.ts';
import { readTryOptions, type TryWords } from './try-options.ts';

const HOST = { memory: 16 * GiB };

function read(words: Partial<TryWords> = {}, host = HOST) {
  return readTryOptions({ cores: '1', memory: '256M', clock: 'wall', ...words }, host);
}

describe('readTryOptions', () => {
  it('takes the stock guest where nothing is named', () => {
    expect(read()).toEqual({
      cores: 1,
      memory: 256 * MiB,
      clock: 'wall',
      kernel: { kind: 'guest', name: 'stock' },
      initrd: undefined,
      bios: undefined,
      append: undefined,
      transport: 'pci',
      jit: { kind: 'background', threshold: DEFAULT_JIT_THRESHOLD },
    });
  });

  it('compiles as it is told', () => {
    expect(read({ jit: false }).jit.kind).toBe('off');
    expect(read({ jitSync: true, jitThreshold: '1' }).jit).toEqual({ kind: 'sync', threshold: 1 });
    expect(read({ jitThreshold: '32766' }).jit).toEqual({ kind: 'background', threshold: 32_766 });
  });

  it.each([
    [{ jit: false, jitSync: true }, 'conflicting-options'],
    [{ jit: false, jitThreshold: '5' }, 'conflicting-options'],
    [{ jitThreshold: '0' }, 'invalid-jit-threshold'],
    [{ jitThreshold: '32767' }, 'invalid-jit-threshold'],
    [{ jitThreshold: 'often' }, 'invalid-jit-threshold'],
  ])('refuses %j', (words, code) => {
    expect(() => read(words)).toThrow(expect.objectContaining({ code }));
  });

  it('gives the small kernel the transport that it is made for', () => {
    expect(read({ kernel: 'small' })).toMatchObject({ kernel: { kind: 'guest', name: 'small' }, transport: 'mmio' });
    expect(read({ kernel: 'small', transport: 'pci' }).transport).toBe('pci');
  });

  it.each<[Partial<TryWords>, object]>([
    [{ kernel: './Image' }, { kind: 'file', file: './Image' }],
    [{ bios: 'fw.bin' }, { kind: 'none' }],
    [
      { bios: 'fw.bin', kernel: 'stock' },
      { kind: 'guest', name: 'stock' },
    ],
    [
      { bios: 'fw.bin', kernel: 'Image' },
      { kind: 'file', file: 'Image' },
    ],
    [{ guest: '/g' }, { kind: 'guest', name: 'stock', folder: '/g' }],
    [
      { bios: 'fw.bin', guest: '/g' },
      { kind: 'guest', name: 'stock', folder: '/g' },
    ],
  ])('%j starts %j', (words, kernel) => {
    expect(read(words).kernel).toEqual(kernel);
  });

  it('needs no particular memory for programs that are not ours', () => {
    expect(read({ bios: 'fw.bin', memory: '64K' }).memory).toBe(65536);
    expect(read({ kernel: 'Image', memory: '16M' }).memory).toBe(16 * MiB);
  });

  it.each<[string, Partial<TryWords>]>([
    ['invalid-cores', { cores: '0' }],
    ['invalid-cores', { cores: 'two' }],
    ['invalid-cores', { cores: '-1' }],
    ['invalid-cores', { cores: '1.5' }],
    ['too-many-cores', { cores: '9' }],
    ['too-many-cores', { cores: '1000000' }],
    ['invalid-size', { memory: 'lots' }],
    ['invalid-memory', { memory: '0' }],
    ['invalid-memory', { memory: '1000' }],
    ['memory-too-small', { memory: '159M' }],
    ['memory-too-small', { memory: '16M', kernel: 'small' }],
    ['memory-too-large', { memory: '4G' }],
    ['memory-beyond-host', { memory: '17G' }],
    ['invalid-clock', { clock: 'sun' }],
    ['invalid-transport', { transport: 'usb' }],
    ['clock-needs-one-core', { clock: 'instructions', cores: '2' }],
    ['conflicting-options', { guest: '/g', kernel: 'Image' }],
  ])('%s: %j', (code, words) => {
    const host = code === 'memory-beyond-host' ? { memory: 1 * GiB } : HOST;
    expect(() => read(words, host)).toThrow(expect.objectContaining({ name: 'InnError', code }));
  });

  it('names the most that would have been possible', () => {
    expect(() => read({ memory: '2G' }, { memory: 1 * GiB })).toThrow(
      expect.objectContaining({ nextStep: 'Use --memory 1024M or less.' }),
    );
    const error = (() => {
      try {
        read({ memory: '4G', cores: '8' });
        return undefined;
      } catch (thrown) {
        return thrown as { nextStep: string };
      }
    })();
    const most = /--memory (\d+M)/.exec(error?.nextStep ?? '')?.[1] ?? '';
    expect(read({ memory: most, cores: '8' }).memory).toBeGreaterThan(3 * GiB);
  });
});
