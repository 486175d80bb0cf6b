import { expect, test } from 'vitest';
import type { LogEntry } from '../../../shared/contract/machine.ts';
import { afterNews, afterOlder, type LogPart, PAGE, UNKNOWN } from './entries.ts';

const entries = (from: number, to: number): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, at) => ({
    n: from + at,
    at: 0,
    level: 'info',
    event: 'made-up',
    text: `entry ${from + at}`,
  }));
const numbers = (part: LogPart) => part.entries.map(({ n }) => n);
const range = (from: number, to: number) => entries(from, to).map(({ n }) => n);

test('a short log is complete at once, a long one is not', () => {
  expect(afterNews(UNKNOWN, entries(1, 3))).toEqual({ entries: entries(1, 3), complete: true });
  expect(afterNews(UNKNOWN, entries(101, 100 + PAGE)).complete).toBe(false);
});

test('what is written later is added, and changes nothing about the beginning', () => {
  const long = afterNews(UNKNOWN, entries(101, 100 + PAGE));
  const after = afterNews(long, entries(101 + PAGE, 102 + PAGE));
  expect(numbers(after)).toEqual(range(101, 102 + PAGE));
  expect(after.complete).toBe(false);
  const empty: LogPart = { entries: [], complete: true };
  expect(afterNews(empty, entries(1, PAGE))).toEqual({ entries: entries(1, PAGE), complete: true });
});

test('what comes again after a reconnect is not there twice, and older entries stay', () => {
  const before: LogPart = { entries: entries(1, 700), complete: true };
  const after = afterNews(before, entries(301, 800));
  expect(numbers(after)).toEqual(range(1, 800));
  expect(after.complete).toBe(true);
});

test('what does not join any more is let go, and can be read again', () => {
  const before: LogPart = { entries: entries(1, 50), complete: true };
  const after = afterNews(before, entries(1001, 1000 + PAGE));
  expect(numbers(after)).toEqual(range(1001, 1000 + PAGE));
  expect(after.complete).toBe(false);
});

test('older entries go before the others; fewer than were asked for are the first', () => {
  const before: LogPart = { entries: entries(1001, 1500), complete: false };
  const after = afterOlder(before, entries(501, 1000), 500);
  expect(numbers(after)).toEqual(range(501, 1500));
  expect(after.complete).toBe(false);
  expect(afterOlder(after, entries(490, 500), 500)).toMatchObject({ complete: true });
  expect(afterOlder(UNKNOWN, [], 1)).toEqual({ entries: [], complete: true });
});
