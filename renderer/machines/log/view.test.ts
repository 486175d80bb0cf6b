import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEntry } from '../../../shared/contract/machine.ts';
import { blocks, logText, patternOf, pieces, sameBlock, shownEntries } from './view.ts';

const DAY = 86_400_000;
const NOON = new Date(2026, 2, 1, 12).getTime();
const entry = (n: number, text = `entry ${n}`, level: LogEntry['level'] = 'info', at = NOON + n): LogEntry => ({
  n,
  at,
  level,
  event: 'made-up',
  text,
});

test('levels from one up, and text whatever its case', () => {
  const log = [entry(1, 'Started'), entry(2, 'Slow disk', 'warning'), entry(3, 'Kernel panic [1]', 'error')];
  expect(shownEntries(log, 'info', ' ')).toBe(log);
  expect(shownEntries(log, 'warning', '').map(({ n }) => n)).toEqual([2, 3]);
  expect(shownEntries(log, 'error', '').map(({ n }) => n)).toEqual([3]);
  expect(shownEntries(log, 'info', 'sTART').map(({ n }) => n)).toEqual([1]);
  expect(shownEntries(log, 'warning', 'start')).toEqual([]);
  expect(shownEntries(log, 'info', '[1]').map(({ n }) => n)).toEqual([3]);
});

test('what is searched for is marked each time', () => {
  expect(pieces('Reset: the reset', patternOf('reset'))).toEqual([
    { at: 0, text: 'Reset', found: true },
    { at: 5, text: ': the ', found: false },
    { at: 11, text: 'reset', found: true },
  ]);
  expect(pieces('Reset', undefined)).toEqual([{ at: 0, text: 'Reset', found: false }]);
});

test('pieces make up the text, and what was cut out of it is found', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), fc.string(), (a, search, b) => {
      const text = a + search + b;
      const cut = pieces(text, patternOf(search));
      expect(cut.map((piece) => piece.text).join('')).toBe(text);
      for (const piece of cut) expect(text.slice(piece.at, piece.at + piece.text.length)).toBe(piece.text);
      if (search.trim() !== '') expect(cut.some(({ found }) => found)).toBe(true);
    }),
  );
});

test('blocks begin with each day and each hundred', () => {
  const log = [entry(98), entry(99), entry(100), entry(101, 'x', 'info', NOON + DAY)];
  expect(blocks(log).map(({ day, entries }) => ({ day, ns: entries.map(({ n }) => n) }))).toEqual([
    { day: NOON + 98, ns: [98, 99] },
    { day: null, ns: [100] },
    { day: NOON + DAY, ns: [101] },
  ]);
});

test('blocks stay what they are when the log grows at either end', () => {
  const log = Array.from({ length: 350 }, (_, at) => entry(at + 1));
  const middle = blocks(log.slice(150, 320));
  const all = blocks(log);
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  const twin = all.find(({ key }) => key === middle[1]?.key);
  expect(twin && middle[1] && sameBlock(twin, middle[1])).toBe(true);
  expect(twin && middle[0] && sameBlock(twin, middle[0])).toBe(false);
});

test('as text, a line each', () => {
  const at = Date.UTC(2026, 2, 1, 12);
  expect(logText([entry(1, 'Started', 'info', at), entry(2, 'Slow', 'warning', at + 1)])).toBe(
    '2026-03-01T12:00:00.000Z info Started\n2026-03-01T12:00:00.001Z warning Slow\n',
  );
});
