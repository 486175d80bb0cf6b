/** What is shown of a log: which entries, by day and in blocks, with what was searched for marked; and the same as text. */
import type { LogEntry } from '../../../shared/contract/machine.ts';

/** `info` shows everything. */
export type LeastLevel = LogEntry['level'];

const RANK: Readonly<Record<LogEntry['level'], number>> = { info: 0, warning: 1, error: 2 };

/** Finds `search` whatever its case, each time it occurs; undefined if nothing is searched for. */
export function patternOf(search: string): RegExp | undefined {
  const words = search.trim();
  return words === '' ? undefined : new RegExp(words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
}

export function shownEntries(entries: readonly LogEntry[], least: LeastLevel, search: string): readonly LogEntry[] {
  const pattern = patternOf(search);
  if (!pattern && least === 'info') return entries;
  return entries.filter(({ level, text }) => RANK[level] >= RANK[least] && (!pattern || text.search(pattern) !== -1));
}

export interface Piece {
  /** Characters before it in the text. */
  readonly at: number;
  readonly text: string;
  readonly found: boolean;
}

/** `text` cut where what is searched for begins and ends. */
export function pieces(text: string, pattern: RegExp | undefined): readonly Piece[] {
  if (!pattern) return [{ at: 0, text, found: false }];
  const cut: Piece[] = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (index > end) cut.push({ at: end, text: text.slice(end, index), found: false });
    cut.push({ at: index, text: match, found: true });
    end = index + match.length;
  }
  if (end < text.length) cut.push({ at: end, text: text.slice(end), found: false });
  return cut;
}

/** Entries that are drawn, or left out while they are out of sight, together. */
export interface Block {
  /** Stays the same while older and newer entries come. */
  readonly key: number;
  readonly entries: readonly LogEntry[];
}

export interface Day {
  /** Some moment of it. */
  readonly at: number;
  readonly key: string;
  readonly blocks: readonly Block[];
}

const BLOCK = 100;

/** In the order of the entries; a day comes twice where the clock was set back over midnight. */
export function days(entries: readonly LogEntry[]): readonly Day[] {
  const found: { at: number; key: string; date: string; blocks: { key: number; entries: LogEntry[] }[] }[] = [];
  for (const entry of entries) {
    const date = new Date(entry.at).toDateString();
    const key = Math.floor(entry.n / BLOCK);
    let day = found.at(-1);
    if (day?.date !== date) {
      const again = found.filter((each) => each.date === date).length;
      day = { at: entry.at, key: `${date} ${again}`, date, blocks: [] };
      found.push(day);
    }
    const last = day.blocks.at(-1);
    if (last?.key === key) last.entries.push(entry);
    else day.blocks.push({ key, entries: [entry] });
  }
  return found;
}

/** Whether both are drawn alike. */
export function sameBlock(a: Block, b: Block): boolean {
  return (
    a.key === b.key && a.entries.length === b.entries.length && a.entries.every((entry, at) => entry === b.entries[at])
  );
}

/** One line each: `2026-03-01T12:00:00.000Z warning The guest asked for a reset`. */
export function logText(entries: readonly LogEntry[]): string {
  return entries.map(({ at, level, text }) => `${new Date(at).toISOString()} ${level} ${text}\n`).join('');
}
