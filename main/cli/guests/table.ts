/** Tables for people: columns as wide as what is in them, measured as a terminal shows it. */
import stringWidth from 'string-width';

export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string;
  readonly right?: boolean;
  /** Given up first where the terminal is narrow, down to this many characters. */
  readonly shrinkTo?: number;
}

const GAP = 2;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Lines of text. `columns` is the terminal's width; without one nothing is shortened. */
export function tableOf<T>(rows: readonly T[], columns: readonly Column<T>[], width?: number): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => printable(of(row))))];
  const widths = columns.map((_, n) => Math.max(...cells.map((row) => stringWidth(row[n] ?? ''))));
  if (width !== undefined) {
    for (const [n, { shrinkTo }] of columns.entries()) {
      const over = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width;
      if (over > 0 && shrinkTo !== undefined) widths[n] = Math.max(shrinkTo, (widths[n] ?? 0) - over);
    }
  }
  return cells.map((row) =>
    row
      .map((cell, n) => {
        const text = shorten(cell, widths[n] ?? 0);
        const blanks = ' '.repeat(Math.max(0, (widths[n] ?? 0) - stringWidth(text)));
        return columns[n]?.right ? blanks + text : text + blanks;
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

/** Names come from users and guests: what would move the cursor is shown as a mark instead. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, '\u{fffd}');
}

function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let short = '';
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(short + segment) > width - 1) break;
    short += segment;
  }
  return `${short}…`;
}
