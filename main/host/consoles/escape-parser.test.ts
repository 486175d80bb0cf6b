import { expect, test } from 'vitest';
import { EscapeParser } from './escape-parser.ts';

/** `|` where a terminal is between characters and sequences, after each byte. */
function boundaries(text: string | Uint8Array): string {
  const parser = new EscapeParser();
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return Array.from(bytes, (byte) => {
    parser.step(byte);
    return parser.atBoundary ? '|' : '.';
  }).join('');
}

test.each([
  ['text', 'ab\n', '|||'],
  ['characters of 2, 3 and 4 bytes', 'é€😀', '.|..|...|'],
  ['CSI', '\x1b[1;31mx', '......||'],
  ['an escape of two', '\x1b7x', '.||'],
  ['with an intermediate byte', '\x1b(Bx', '..||'],
  ['a bracket after an intermediate byte opens nothing', '\x1b([x', '..||'],
  ['OSC with BEL', '\x1b]0;t\x07x', '.....||'],
  ['OSC with ST', '\x1b]0;t\x1b\\x', '......||'],
  ['OSC with a C1 ST', '\x1b]0;t\u009cx', '......||'],
  ['a character in an OSC whose byte looks like ST', '\x1b]✜\x07x', '.....||'],
  ['DCS does not end with BEL', '\x1bPq\x07\x1b\\x', '.....||'],
  ['CAN ends anything', '\x1b[1\x18\x1b]0\x18x', '...|...||'],
  ['ESC begins anew', '\x1b[1\x1b[mx', '.....||'],
  ['controls do not end CSI', '\x1b[\n1mx', '....||'],
  ['C1 CSI', '\u009b1mx', '...||'],
  ['C1 OSC', '\u009d0;t\x07x', '.....||'],
  ['a C1 control alone', '\u0085x', '.||'],
  ['a character gives CSI up', '\x1b[1éx', '....||'],
  ['APC, PM, SOS', '\x1b_a\x1b\\\x1b^a\x1b\\\x1bXa\x1b\\', '....|....|....|'],
])('%s', (_, text, expected) => {
  expect(boundaries(text)).toBe(expected);
});

test('bytes that are no UTF-8 stand alone', () => {
  expect(boundaries(Uint8Array.of(0x80, 0xff, 0xe2, 0x41, 0xc3, 0xc3, 0xa9))).toBe('||.|..|');
});
