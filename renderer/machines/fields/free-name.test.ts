import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameFault, nameKey } from '../../../shared/contract/limits.ts';
import { freeName, nameFromFile } from './free-name.ts';

test('the first number that nobody has', () => {
  expect(freeName('linux', [])).toBe('linux');
  expect(freeName('linux', ['Linux', 'linux 3'])).toBe('linux 2');
  expect(freeName('linux', ['linux', 'linux 2', 'linux 3'])).toBe('linux 4');
});

test('a name that is free is one that the host takes', () => {
  const word = fc.stringMatching(/^[a-zà-ÿ🦀-🦊]([a-z 0-9]{0,70}[a-z])?$/u);
  fc.assert(
    fc.property(word, fc.array(word), (wanted, taken) => {
      const name = freeName(wanted, [...taken, wanted]);
      expect(nameFault(name)).toBeUndefined();
      expect([...taken, wanted].map(nameKey)).not.toContain(nameKey(name));
    }),
  );
});

test('a name from a file', () => {
  expect(nameFromFile('vmlinux.gz')).toBe('vmlinux');
  expect(nameFromFile('Image')).toBe('Image');
  expect(nameFromFile('Image-6.12.9-riscv64')).toBe('Image-6.12.9-riscv64');
  expect(nameFromFile('.bin')).toBe('machine');
});
