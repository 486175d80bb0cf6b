import { expect, it } from 'vitest';
import { withReturns } from './line-ends.ts';

it.each([
  ['', ''],
  ['[ 0.1] pci\n', '[ 0.1] pci\r\n'],
  ['\n\nx', '\r\n\r\nx'],
  ['no feed', 'no feed'],
])('%j is written as %j', (written, shown) => {
  const bytes = new TextEncoder().encode(written);
  expect(new TextDecoder().decode(withReturns(bytes))).toBe(shown);
  expect(new TextDecoder().decode(bytes)).toBe(written);
});
