import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import type { HostInfo } from '../../../shared/contract/host.ts';
import type { MachineSettings } from '../../../shared/contract/machine.ts';
import {
  checkCores,
  checkDescription,
  checkGroup,
  checkMemory,
  checkName,
  memoryText,
  parseCount,
  parseMemory,
} from './checks.ts';

const machines = [{ id: 'a', settings: { name: 'Web' } as MachineSettings }];
const info = { cpus: 4, limits: { cores: 8, memory: 4 * GiB } } as HostInfo;
const room = { info, status: { memoryFree: 2 * GiB } };

test('a name must be free, whatever its case, unless the machine has it itself', () => {
  expect(checkName('db', machines).level).toBe('ok');
  expect(checkName('web', machines)).toEqual({ level: 'error', text: 'Another machine has this name' });
  expect(checkName('web', machines, 'a').level).toBe('ok');
});

test('a name that the host would refuse is refused here, with the reason', () => {
  expect(checkName('', machines).text).toMatch(/at least one character/);
  expect(checkName(' x', machines).text).toMatch(/blank/);
  expect(checkName('x'.repeat(65), machines).text).toMatch(/at most 64 characters; this one has 65/);
});

test('a group may be empty', () => {
  expect(checkGroup('').level).toBe('ok');
  expect(checkGroup('Lab ').level).toBe('error');
});

test('cores are whole, within the limit, and more than the computer has is said but allowed', () => {
  expect(checkCores(undefined, info).level).toBe('error');
  expect(checkCores(0, info).level).toBe('error');
  expect(checkCores(1.5, info).level).toBe('error');
  expect(checkCores(9, info)).toEqual({ level: 'error', text: 'A machine can have up to 8 cores' });
  expect(checkCores(6, info).level).toBe('warning');
  expect(checkCores(4, info).level).toBe('ok');
  expect(checkCores(4, null).level).toBe('ok');
});

test('memory: least for what boots, most of the host, warnings for what is free', () => {
  const level = (bytes: number | undefined, boot: 'stock' | 'small' | 'files' = 'stock') =>
    checkMemory(bytes, boot, room).level;
  expect(level(undefined)).toBe('error');
  expect(level(128 * MiB)).toBe('error');
  expect(level(128 * MiB, 'small')).toBe('ok');
  expect(level(2 * MiB, 'files')).toBe('ok');
  expect(level(256 * MiB + 1)).toBe('error');
  expect(level(GiB)).toBe('ok');
  expect(level(GiB + MiB)).toBe('warning');
  expect(checkMemory(3 * GiB, 'stock', room).text).toMatch(/^More than is free: 2 GiB/);
  expect(level(4 * GiB + MiB)).toBe('error');
});

test('a description of 4097 characters is told how many it may have', () => {
  expect(checkDescription('x'.repeat(4096)).level).toBe('ok');
  expect(checkDescription('x'.repeat(4097)).text).toBe('At most 4096 characters; these are 4097');
});

test('memory as people type it', () => {
  expect(parseMemory('512')).toBe(512 * MiB);
  expect(parseMemory(' 1.5 GiB ')).toBe(1536 * MiB);
  expect(parseMemory('1,5g')).toBe(1536 * MiB);
  expect(parseMemory('2g')).toBe(2 * GiB);
  expect(parseMemory('much')).toBeUndefined();
  expect(parseMemory('')).toBeUndefined();
});

test('what is shown as memory means the same when it is typed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 * 1024 }), (mebibytes) => {
      expect(parseMemory(memoryText(mebibytes * MiB))).toBe(mebibytes * MiB);
    }),
  );
});

test('a count has digits only', () => {
  expect(parseCount(' 4 ')).toBe(4);
  expect(parseCount('4.5')).toBeUndefined();
  expect(parseCount('-1')).toBeUndefined();
  expect(parseCount('')).toBeUndefined();
});
