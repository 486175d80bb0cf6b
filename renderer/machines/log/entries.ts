/** The part of a machine's log that the window has: its newest end, as far back as it was read. */
import type { LogEntry } from '../../../shared/contract/machine.ts';

/** Entries that are asked for at once when the log is opened, and when it is scrolled up. */
export const PAGE = 500;

export interface LogPart {
  /** Oldest first, without gaps. */
  readonly entries: readonly LogEntry[];
  /** Whether the first of them is the first that there is. Null: nothing is known yet. */
  readonly complete: boolean | null;
}

export const UNKNOWN: LogPart = { entries: [], complete: null };

/**
 * After an event of `machine.watchLog`, asked for with `last: PAGE`: entries just written, or after a reconnect the last ones
 * again. Where more was written in between than those, what was there before does not join and is let go.
 */
export function afterNews(before: LogPart, news: readonly LogEntry[]): LogPart {
  const [first] = news;
  const last = before.entries.at(-1);
  if (!first) return before;
  if (!last || last.n + 1 < first.n) {
    const complete = before.complete === true && !last ? true : news.length < PAGE;
    return { entries: news, complete };
  }
  const kept = last.n < first.n ? before.entries : before.entries.filter(({ n }) => n < first.n);
  return { entries: [...kept, ...news], complete: before.complete };
}

/** After `machine.log` was asked for `limit` entries before the first. */
export function afterOlder(before: LogPart, older: readonly LogEntry[], limit: number): LogPart {
  const [first] = before.entries;
  const fresh = first ? older.filter(({ n }) => n < first.n) : older;
  return { entries: [...fresh, ...before.entries], complete: older.length < limit };
}
