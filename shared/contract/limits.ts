/** Limits that host and doors must agree on, in one place and free of dependencies, so that a window can check as one types. */
import { MiB } from '../base/units.ts';

/** Code points of the name of a machine, or of a group. */
export const MAX_NAME = 64;
export const MAX_DESCRIPTION = 4096;
export const MAX_COMMAND_LINE = 2048;
/** Virtio consoles of one machine: hvc0 and on. */
export const MAX_CONSOLES = 4;
export const MAX_CORES = 8;
/** Of a console's text, in CSS pixels. */
export const FONT_SIZE = { least: 8, most: 32, usual: 13 } as const;
/** Lines that a console keeps. */
export const SCROLLBACK = { least: 1000, most: 100_000 } as const;
/** Memory of a machine is a multiple of this many bytes. */
export const MEMORY_STEP = MiB;
/** Bytes with which a guest's kernel still comes up to a shell. */
export const MINIMUM_MEMORY = { stock: 160 * MiB, small: 48 * MiB, files: MiB } as const;
/** Bytes in one call: what a door sends to a console, and a chunk of an upload. */
export const MAX_CONSOLE_INPUT = 64 * 1024;
export const UPLOAD_CHUNK = 256 * 1024;

export type NameFault = 'empty' | 'too-long' | 'control-character' | 'blank-edges';

/**
 * What is wrong with a name of a machine, or undefined. Any script and emoji will do: 1 to 64 characters as people count them
 * (code points), of which one at least can be seen, no control, line-breaking or bidirectional-override characters (they would
 * make a list lie), no halves of characters, no blanks at the ends.
 */
export function nameFault(name: string): NameFault | undefined {
  if (name === '') return 'empty';
  if (name !== name.trim()) return 'blank-edges';
  if ([...name].length > MAX_NAME) return 'too-long';
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u.test(name)) return 'control-character';
  if (/^[\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]*$/u.test(name)) return 'empty';
  return undefined;
}

/** A sentence for each fault, to be shown beside what was typed. `what` is "name" or "group". */
export function describeNameFault(text: string, fault: NameFault, what = 'name'): string {
  switch (fault) {
    case 'empty':
      return `A ${what} needs at least one character that can be seen`;
    case 'blank-edges':
      return `A ${what} cannot begin or end with a blank`;
    case 'too-long':
      return `A ${what} has at most ${MAX_NAME} characters; this one has ${[...text].length}`;
    case 'control-character':
      return `A ${what} cannot have control characters, or characters that turn the direction of text`;
  }
}

/** Names that count as the same: people do not tell `Web` from `web`, or two ways to write `é`. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
