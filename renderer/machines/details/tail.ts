/** The last lines of what a console said, as plain text: enough to tell at a glance what a guest is at. */

/** Bytes that are looked at: more than a thumbnail shows, little enough to be read twice a second. */
const KEPT = 8 * 1024;

export class Tail {
  #bytes = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    if (bytes.length >= KEPT) {
      this.#bytes = bytes.slice(bytes.length - KEPT);
      return;
    }
    const old = this.#bytes.subarray(Math.max(0, this.#bytes.length + bytes.length - KEPT));
    const joined = new Uint8Array(old.length + bytes.length);
    joined.set(old);
    joined.set(bytes, old.length);
    this.#bytes = joined;
  }

  clear(): void {
    this.#bytes = new Uint8Array(0);
  }

  /** At most `rows` lines of at most `columns` characters; without blank ones at the end. */
  lines(rows: number, columns: number): string[] {
    const lines = plainLines(new TextDecoder().decode(this.#bytes)).flatMap((line) => wrap(line, columns));
    while (lines.at(-1)?.trim() === '') lines.pop();
    return lines.slice(-rows);
  }
}

/** ECMA-48: CSI, OSC and other strings, two-character escapes. */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?/g;

/** Text as a terminal would leave it, as far as that can be had without one: carriage returns and backspaces overwrite. */
export function plainLines(text: string): string[] {
  const cleared = text.replace(ESCAPES, (_, parameters?: string, final?: string) =>
    final === 'J' && (parameters === '2' || parameters === '3') ? '\f' : '',
  );
  const shown = cleared.slice(cleared.lastIndexOf('\f') + 1);
  return shown.split('\n').map(overwritten);
}

function overwritten(line: string): string {
  const cells: string[] = [];
  let at = 0;
  for (const character of line) {
    if (character === '\r') at = 0;
    else if (character === '\b') at = Math.max(0, at - 1);
    else if (character === '\t') {
      for (const next = at + 8 - (at % 8); at < next; at++) cells[at] ??= ' ';
    } else if (character >= ' ') cells[at++] = character;
  }
  return cells.join('').trimEnd();
}

function wrap(line: string, columns: number): string[] {
  const characters = [...line];
  const count = Math.max(1, Math.ceil(characters.length / columns));
  return Array.from({ length: count }, (_, n) => characters.slice(n * columns, (n + 1) * columns).join(''));
}
