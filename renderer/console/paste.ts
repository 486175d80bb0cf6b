/** What is looked at before text from the clipboard is typed into a guest. */
import { MiB } from '../../shared/base/units.ts';

/** Characters of one paste: more is a file, and a terminal is not the way to bring one. */
export const MAX_PASTE = MiB;

export interface PasteCheck {
  /** What is sent: without control characters, with line ends as the clipboard had them. */
  readonly text: string;
  /** At least 1; a line end at the very end begins no further line, yet it does run what stands before it. */
  readonly lines: number;
  /** Whether something in it may run as soon as it is pasted. */
  readonly runs: boolean;
  /** Control characters that were taken out: escape sequences, ends of bracketed paste, invisible turns of direction. */
  readonly removed: number;
  /** The same text with what was taken out made visible, for a question. */
  readonly shown: string;
  readonly tooLong: boolean;
}

/** C0 but tab and line ends, DEL, C1, and the characters that turn the direction of text: none is ever typed on purpose. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** `^[` for escape, as terminals write it; what has no such sign is shown by its number. */
function sign(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  return code === 0x7f ? '^?' : `<${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

export function checkPaste(raw: string): PasteCheck {
  const tooLong = raw.length > MAX_PASTE;
  const whole = tooLong ? raw.slice(0, MAX_PASTE) : raw;
  let removed = 0;
  const text = whole.replace(CONTROL, () => {
    removed++;
    return '';
  });
  const ends = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  const lines = ends + (/[\r\n]$/.test(text) ? 0 : 1);
  return { text, lines: Math.max(1, lines), runs: ends > 0, removed, shown: whole.replace(CONTROL, sign), tooLong };
}

/** Whether to ask first. What was taken out is always told; several lines only while the preference says so. */
export function asksBefore(check: PasteCheck, warnOnMultiLine: boolean): boolean {
  return check.tooLong || check.removed > 0 || (check.runs && warnOnMultiLine);
}
