/**
 * Remembers what a guest has switched on in the user's terminal, so that it can be undone when the machine ends in the
 * middle of an editor: modes of ECMA-48 and xterm that outlive the program ("Functions using CSI", DECSET).
 */

/** Private modes and whether a fresh terminal has them on. What is not listed does not disturb a shell. */
const DEFAULTS: ReadonlyMap<number, boolean> = new Map([
  [1, false], // application cursor keys
  [6, false], // origin
  [7, true], // auto-wrap
  [9, false], // mouse: X10
  [25, true], // cursor is visible
  [47, false], // alternate screen
  [1000, false], // mouse: buttons
  [1002, false], // mouse: dragging
  [1003, false], // mouse: motion
  [1004, false], // focus events
  [1005, false], // mouse: UTF-8
  [1006, false], // mouse: SGR
  [1047, false], // alternate screen
  [1049, false], // alternate screen and cursor
  [2004, false], // bracketed paste
]);

/** The longest sequence that is worth remembering the start of, in bytes. */
const LONGEST_SEQUENCE = 64;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
const SEQUENCE = /\x1b(?:\[\?([\d;]*)([hl])|([=>])|c)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
const UNFINISHED = /\x1b(?:\[(?:\?[\d;]*)?)?$/;

export class TerminalModes {
  readonly #changed = new Map<number, boolean>();
  #keypad = false;
  /** The start of a sequence whose end is in the next piece. */
  #rest = '';
  readonly #decoder = new TextDecoder('latin1');

  /** Takes what the guest writes, in pieces of any size. */
  watch(output: Uint8Array): void {
    // Most output has no escape sequence, and little has one at its end.
    if (this.#rest === '' && !output.includes(0x1b)) return;
    const text = this.#rest + this.#decoder.decode(output);
    for (const [sequence, numbers, onOff, keypad] of text.matchAll(SEQUENCE)) {
      if (sequence === '\x1bc') {
        this.#changed.clear();
        this.#keypad = false;
      } else if (keypad !== undefined) {
        this.#keypad = keypad === '=';
      } else {
        for (const number of (numbers ?? '').split(';').map(Number)) this.#set(number, onOff === 'h');
      }
    }
    this.#rest = UNFINISHED.exec(text.slice(-LONGEST_SEQUENCE))?.[0] ?? '';
  }

  /** What to write to have the terminal as it was: with plain colours last, and nothing else where nothing was changed. */
  undo(): string {
    const modes = [...this.#changed].map(([mode, on]) => `\x1b[?${mode}${on ? 'l' : 'h'}`).join('');
    return `${modes}${this.#keypad ? '\x1b>' : ''}\x1b[0m`;
  }

  #set(mode: number, on: boolean): void {
    const usual = DEFAULTS.get(mode);
    if (usual === undefined) return;
    if (usual === on) this.#changed.delete(mode);
    else this.#changed.set(mode, on);
  }
}
