import { expect, test } from 'vitest';
import { buildElf } from '../../tests/fixtures/guest-elf.ts';
import { neededLibraries, readElf } from './elf.ts';

test('libraries and loader of a program', () => {
  const elf = readElf(buildElf({ needed: ['libc.so.6', 'libcap.so.2'], interpreter: '/lib/ld.so.1' }));
  expect(neededLibraries(elf)).toEqual(['libc.so.6', 'libcap.so.2']);
  expect(elf.interpreter).toBe('/lib/ld.so.1');
});

test('a static program needs nothing', () => {
  const elf = readElf(buildElf({}));
  expect(neededLibraries(elf)).toEqual([]);
  expect(elf.interpreter).toBeUndefined();
});

test('files that are no ELF, for another processor or cut short are refused', () => {
  expect(() => readElf(Buffer.from('#!/bin/sh\n'))).toThrow('Not a 64-bit');
  expect(() => readElf(buildElf({ machine: 62 }))).toThrow('RISC-V');
  const whole = buildElf({ needed: ['libc.so.6'] });
  expect(() => readElf(whole.subarray(0, whole.length - 70))).toThrow('cut short');
});
