import { expect, test } from 'vitest';
import { MiB } from '../../../shared/base/units.ts';
import { describeBoot, describeField } from './describe.ts';

test('values in words', () => {
  expect(describeField('memory', 1536 * MiB)).toBe('1.5 GiB');
  expect(describeField('cores', 1)).toBe('1 core');
  expect(describeField('consoles', 2)).toBe('2 terminals and a serial port');
  expect(describeField('group', '')).toBe('None');
  expect(describeField('transport', 'mmio')).toBe('Memory-mapped I/O');
});

test('what boots', () => {
  expect(describeBoot({ kind: 'linux', kernel: 'small' })).toBe('Linux, small kernel');
  expect(
    describeBoot({ kind: 'files', kernel: { name: 'Image', bytes: 1 }, firmware: { name: 'fw.bin', bytes: 1 } }),
  ).toBe('Kernel Image, Firmware fw.bin');
  expect(describeBoot({ kind: 'files' })).toBe('Nothing yet');
});
