/**
 * Where a terminal stands in a stream of UTF-8 bytes: between characters, or in the middle of something. Follows
 * Williams's parser for DEC terminals (vt100.net/emu/dec_ansi_parser) as xterm.js has it; nothing is acted upon.
 *
 *     ground --ESC--> escape --[--> csi --final byte--> ground
 *                       |----P ] X ^ _--> string --BEL (OSC only), C1--> ground
 *                       |--other--> ground
 *
 * In every state: CAN and SUB lead to ground, ESC to escape, and the C1 controls (U+0080 to U+009F, two bytes each) act as their
 * two-character forms do.
 */

export const State = {
  ground: 0,
  /** After ESC, and after intermediate bytes. */
  escape: 1,
  csi: 2,
  /** In the text of OSC, DCS, SOS, PM or APC. */
  string: 3,
} as const;
export type State = (typeof State)[keyof typeof State];

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;

export class EscapeParser {
  state: State = State.ground;
  /** Which string it is, as the last byte of what opens it: `]` for OSC, `P` for DCS and so on. */
  string = 0;
  /** Bytes of the current character that are still to come. */
  pending = 0;
  /** The first byte of a two-byte character that may turn out to be a C1 control. */
  #c1 = false;
  /** After such a byte an escape sequence opens nothing. */
  #intermediate = false;

  /** Between characters and sequences: text may be cut here. */
  get atBoundary(): boolean {
    return this.state === State.ground && this.pending === 0;
  }

  reset(): void {
    this.state = State.ground;
    this.pending = 0;
    this.#c1 = false;
  }

  /** Takes one byte. */
  step(byte: number): void {
    if (byte >= 0x80) {
      this.#wide(byte);
      return;
    }
    this.pending = 0;
    this.#c1 = false;
    if (byte === ESC) {
      this.state = State.escape;
      this.#intermediate = false;
    } else if (byte === CAN || byte === SUB) this.state = State.ground;
    else if (this.state === State.escape) this.#escape(byte);
    else if (this.state === State.csi) {
      if (byte >= 0x40 && byte < 0x7f) this.state = State.ground;
    } else if (this.state === State.string && byte === BEL && this.string === 0x5d) this.state = State.ground;
  }

  #escape(byte: number): void {
    // Controls are carried out in between
    if (byte < 0x20 || byte === 0x7f) return;
    if (byte < 0x30) this.#intermediate = true;
    else if (this.#intermediate) this.state = State.ground;
    else if (byte === 0x5b) this.state = State.csi;
    else if (isStringOpener(byte)) this.#open(byte);
    else this.state = State.ground;
  }

  #wide(byte: number): void {
    if (byte >= 0xc0) {
      this.pending = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      this.#c1 = byte === 0xc2;
    } else if (this.pending > 0) {
      this.pending--;
      if (this.#c1 && byte < 0xa0) {
        // ESC Fe is the same with 0x40 less
        const opener = byte - 0x40;
        if (opener === 0x5b) this.state = State.csi;
        else if (isStringOpener(opener)) this.#open(opener);
        else this.state = State.ground;
        this.#c1 = false;
        return;
      }
      this.#c1 = false;
    }
    // Escape and control sequences have no such bytes: a terminal gives them up. The first byte of a C1 control may yet be one.
    if (!this.#c1 && (this.state === State.escape || this.state === State.csi)) this.state = State.ground;
  }

  #open(opener: number): void {
    this.state = State.string;
    this.string = opener;
  }
}

/** DCS, SOS, OSC, PM, APC. */
function isStringOpener(byte: number): boolean {
  return byte === 0x50 || byte === 0x58 || byte === 0x5d || byte === 0x5e || byte === 0x5f;
}
