import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scrollback } from './scrollback.ts';

function textOf(scrollback: Scrollback, from = scrollback.firstPlace): string {
  return Buffer.from(scrollback.read(from, scrollback.end)).toString();
}

test('keeps the newest, from a line start on', () => {
  const scrollback = new Scrollback(1000);
  for (let n = 0; n < 500; n++) scrollback.append(Buffer.from(`line ${n}\n`));
  const text = textOf(scrollback);
  expect(text).toMatch(/^line \d+\n/);
  expect(text.endsWith('line 499\n')).toBe(true);
  expect(text.length).toBeGreaterThan(900);
  expect(text.length).toBeLessThanOrEqual(1000);
});

test('without line ends it begins at a character', () => {
  const scrollback = new Scrollback(1000);
  for (let n = 0; n < 500; n++) scrollback.append(Buffer.from('✓é'));
  const text = textOf(scrollback);
  expect(text).toMatch(/^[✓é]+$/u);
  expect(text.length).toBeGreaterThan(200);
});

test('a line end inside a sequence is no place to begin at', () => {
  const scrollback = new Scrollback(100);
  scrollback.append(Buffer.from(`${'a'.repeat(50)}\n`));
  scrollback.append(Buffer.from(`\x1b]0;${'t\n'.repeat(60)}\x07`));
  scrollback.append(Buffer.from('shown\nafter\n'));
  expect(textOf(scrollback)).toBe('shown\nafter\n');
});

test('a sequence that fills all of it leaves no place to begin at', () => {
  const scrollback = new Scrollback(100);
  scrollback.append(Buffer.from(`\x1b]0;${'t\n'.repeat(100)}`));
  expect(scrollback.firstPlace).toBe(scrollback.end);
  expect(scrollback.end - scrollback.start).toBe(100);
});

test('cleared in the middle of a sequence, it begins behind it', () => {
  const scrollback = new Scrollback(1000);
  scrollback.append(Buffer.from('old\n\x1b[3'));
  scrollback.clear();
  expect(textOf(scrollback)).toBe('');
  scrollback.append(Buffer.from('1mnew'));
  expect(textOf(scrollback)).toBe('new');
  expect(scrollback.lastByte).toBe('w'.charCodeAt(0));
});

test('whatever the pieces, the end of what was appended is there, and starts where a terminal may begin', () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom('\n', '\x1b[31m', '\x1b]0;t\x07', 'é', '✓\n', 'x'.repeat(200), 'y'.repeat(40)),
  );
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 2000 }), fc.array(part, { maxLength: 100 }), (limit, parts) => {
      const scrollback = new Scrollback(limit);
      let all = Buffer.alloc(0);
      for (const text of parts) {
        const bytes = Buffer.from(text);
        all = Buffer.concat([all, bytes]);
        scrollback.append(bytes);
        expect(scrollback.end).toBe(all.length);
        expect(scrollback.end - scrollback.start).toBeLessThanOrEqual(limit);
        const kept = Buffer.from(scrollback.read(scrollback.start, scrollback.end));
        expect(kept.equals(all.subarray(scrollback.start))).toBe(true);
        const first = scrollback.firstPlace;
        expect(first).toBeGreaterThanOrEqual(scrollback.start);
        if (first < scrollback.end) expect(all[first]! & 0xc0).not.toBe(0x80);
        if (all.length <= limit) expect(first).toBe(0);
        for (const from of [0, first, first + 1, all.length]) {
          const place = scrollback.placeFrom(from);
          if (place !== undefined) expect(place).toBeGreaterThanOrEqual(Math.max(from, first));
        }
      }
    }),
    { numRuns: 200 },
  );
});
