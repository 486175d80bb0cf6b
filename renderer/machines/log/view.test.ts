import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEntry } from '../../../shared/contract/machine.ts';
import { days, logText, patternOf, pieces, sameBlock, shownEntries } from './view.ts';

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

test('days, and in them blocks by hundreds', () => {
  const log = [entry(98), entry(99), entry(100), entry(101, 'x', 'info', NOON + DAY)];
  const found = days(log).map(({ at, blocks }) => ({
    at,
    blocks: blocks.map((each) => each.entries.map(({ n }) => n)),
  }));
  expect(found).toEqual([
    { at: NOON + 98, blocks: [[98, 99], [100]] },
    { at: NOON + DAY, blocks: [[101]] },
  ]);
});

test('a clock that was set back makes a day come again, under a key of its own', () => {
  const found = days([entry(1), entry(2, 'x', 'info', NOON - DAY), entry(3)]);
  expect(found.map(({ at }) => at)).toEqual([NOON + 1, NOON - DAY, NOON + 3]);
  expect(new Set(found.map(({ key }) => key)).size).toBe(3);
});

test('blocks stay what they are when the log grows at either end', () => {
  const log = Array.from({ length: 350 }, (_, at) => entry(at + 1));
  const middle = days(log.slice(150, 320))[0]?.blocks ?? [];
  const all = days(log)[0]?.blocks ?? [];
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
