import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainLines, Tail } from './tail.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('colours, titles and charset escapes leave no trace', () => {
  expect(plainLines('\x1b[1;32m[  OK  ]\x1b[0m Started\x1b]0;title\x07 it\x1b(B.')).toEqual(['[  OK  ] Started it.']);
});

test('carriage returns and backspaces overwrite', () => {
  expect(plainLines('10 %\r20 %\r\nls -l\b\b  x')).toEqual(['20 %', 'ls   x']);
  expect(plainLines('a\tb')).toEqual(['a       b']);
});

test('a cleared screen shows only what came after', () => {
  expect(plainLines('old\r\n\x1b[H\x1b[2Jnew')).toEqual(['new']);
});

test('the last lines, wrapped, without blanks at the end', () => {
  const tail = new Tail();
  tail.push(bytes('one\r\ntwo\r\nabcdefgh\r\n\r\n'));
  expect(tail.lines(3, 5)).toEqual(['two', 'abcde', 'fgh']);
  tail.clear();
  expect(tail.lines(3, 5)).toEqual([]);
});

test('however output is cut into pieces, the end is the same', () => {
  const line = fc.stringMatching(/^[a-z ]{0,40}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 400 }), fc.integer({ min: 1, max: 5000 }), (lines, size) => {
      const all = bytes(lines.join('\r\n'));
      const [whole, pieces] = [new Tail(), new Tail()];
      whole.push(all);
      for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size));
      expect(pieces.lines(12, 80)).toEqual(whole.lines(12, 80));
    }),
  );
});
