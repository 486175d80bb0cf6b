/**
 * What a guest printed once must not act twice: a terminal that is shown the past would answer old questions, and the answers
 * would reach the guest as if somebody typed them. The filter leaves out
 * - questions: device status and attributes (DSR, DA, DECRQM, XTVERSION, ...), colours (`OSC 10;?`), ENQ;
 * - what reaches outside of the terminal: clipboard (OSC 52), notifications, files, printing, window operations, the bell;
 * - all DCS, SOS, PM and APC strings, and any string longer than 8 KiB.
 * Names are those of "XTerm Control Sequences" (invisible-island.net/xterm/ctlseqs) and of ECMA-48.
 */
import { EscapeParser, State } from './escape-parser.ts';

/** Bytes of one sequence. */
const HELD = 8192;

const ENQ = 0x05;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
/** The first byte of all C1 controls in UTF-8. */
const C1_LEAD = 0xc2;
const STRING_TERMINATOR = [ESC, 0x5c];

export class ReplayFilter {
  readonly #parser = new EscapeParser();
  /** The sequence that has begun; what is over the limit is only counted. */
  readonly #held = new Uint8Array(HELD);
  #heldLength = 0;
  #out = new Uint8Array(0);
  #outLength = 0;

  /** What is left of the bytes. The end of a sequence that goes on is kept for the next call. */
  push(bytes: Uint8Array): Uint8Array {
    this.#out = new Uint8Array(bytes.length + HELD + 8);
    this.#outLength = 0;
    for (const byte of bytes) {
      // Most of it is plain text
      if (byte >= 0x20 && byte < 0x7f && this.#parser.atBoundary) this.#emit(byte);
      else this.#step(byte);
    }
    return this.#out.subarray(0, this.#outLength);
  }

  /** The beginning of the sequence that has not ended: what comes next completes it. The filter is as new then. */
  end(): Uint8Array {
    const rest = this.#held.slice(0, Math.min(this.#heldLength, HELD));
    this.reset();
    return rest;
  }

  /** Forgets a sequence that will not be completed. */
  reset(): void {
    this.#parser.reset();
    this.#heldLength = 0;
  }

  #step(byte: number): void {
    const parser = this.#parser;
    const before = parser.state;
    if (byte === ENQ) {
      parser.step(byte);
      return;
    }
    if (this.#heldLength === 0) {
      parser.step(byte);
      if (byte === ESC || byte === C1_LEAD) this.#hold(byte);
      else if (byte !== BEL) this.#emit(byte);
      return;
    }
    if (byte === ESC) {
      this.#close(before);
      parser.step(byte);
      this.#hold(byte);
      return;
    }
    // A control in the middle of a sequence is carried out at once, and the sequence goes on
    const control = byte < 0x20 && (before === State.escape || before === State.csi);
    const second = this.#heldLength > 0 && this.#lastHeld === C1_LEAD && parser.pending > 0;
    parser.step(byte);
    if (byte === CAN || byte === SUB) this.#heldLength = 0;
    else if (control) {
      if (byte !== BEL) this.#emit(byte);
    } else if (second && byte >= 0x80 && byte < 0xa0) this.#c1(before, byte);
    else {
      this.#hold(byte);
      if (parser.atBoundary) this.#finish(before);
    }
  }

  #lastHeld = 0;

  /** A C1 control ends what was held before its first byte, and may begin something. */
  #c1(before: State, byte: number): void {
    this.#heldLength--;
    if (byte === 0x9c && before === State.string) {
      this.#hold(C1_LEAD);
      this.#hold(byte);
      this.#finish(before);
      return;
    }
    if (this.#heldLength > 0) this.#close(before);
    this.#hold(C1_LEAD);
    this.#hold(byte);
    if (this.#parser.atBoundary) this.#finish(State.escape);
  }

  /** What is held ends without its own end: a string counts, all else was given up by the terminal. */
  #close(before: State): void {
    if (before === State.string && this.#heldLength > 2) {
      for (const byte of STRING_TERMINATOR) this.#hold(byte);
      this.#finish(before);
    } else this.#heldLength = 0;
  }

  /** What is held is complete. */
  #finish(before: State): void {
    const length = this.#heldLength;
    this.#heldLength = 0;
    if (length > HELD) return;
    const held = this.#held.subarray(0, length);
    // An ordinary character that only looked like the beginning of a C1 control
    const character = before === State.ground;
    if (character || keeps(held)) for (const byte of held) this.#emit(byte);
  }

  #hold(byte: number): void {
    if (this.#heldLength < HELD) this.#held[this.#heldLength] = byte;
    this.#heldLength++;
    this.#lastHeld = byte;
  }

  #emit(byte: number): void {
    this.#out[this.#outLength++] = byte;
  }
}

/** Final bytes of CSI sequences that never ask: what nearly all are. SGR is `m`, which asks only with a private prefix. */
const QUIET_FINALS = new Set(Buffer.from('ABCDEFGHJKLMPXZ@`abdefrl'));
const SGR = 0x6d;

/** Whether a whole sequence may act once more. */
function keeps(sequence: Uint8Array): boolean {
  const final = sequence[sequence.length - 1]!;
  if (sequence[1] === 0x5b && (QUIET_FINALS.has(final) || (final === SGR && sequence[2]! < 0x3c))) return true;
  const text = Buffer.from(sequence).toString('latin1');
  const [kind, body] =
    sequence[0] === ESC
      ? [text.charAt(1), text.slice(2)]
      : [String.fromCharCode((sequence[1] ?? 0) - 0x40), text.slice(2)];
  switch (kind) {
    case '[':
      return !ACTING_CSI.some((pattern) => pattern.test(body));
    case ']':
      return keepsOsc(body);
    case 'P': // DCS
    case 'X': // SOS
    case '^': // PM
    case '_': // APC
    case 'Z': // DECID
    case '\\': // ST: strings bring their own
      return false;
    default:
      return true;
  }
}

/** What follows CSI: parameters, intermediate bytes, final byte. */
const ACTING_CSI: readonly RegExp[] = [
  /n$/, // DSR
  /c$/, // DA1 to DA3
  /t$/, // XTWINOPS, some of which report
  /^[^$*]*x$/, // DECREQTPARM, unlike DECFRA and DECSACE
  /\$p$/, // DECRQM
  /^>.*q$/, // XTVERSION
  /^\?.*u$/, // Which keyboard protocol is on
  /[$&]u$/, // DECRQTSR, DECRQUPSS
  /\$w$/, // DECRQPSR
  /\*y$/, // DECRQCRA
  /"v$/, // DECRQDE
  /'\|$/, // DECRQLP
  /#[R|]$/, // XTREPORTCOLORS, XTREPORTSGR
  /^\?.*[Sgm]$/, // XTSMGRAPHICS, XTQFMTKEYS, XTQMODKEYS
  /i$/, // MC: print
  /^\?(.*;)?2048(;.*)?h$/, // Reports the size at once
];

/** Notifications, fonts, clipboards, questions about features, files. */
const ACTING_OSC = new Set(['9', '50', '52', '60', '61', '99', '777', '1337', '5522']);
/** Titles, folders and links are free text, in which a question mark is one. */
const TEXT_OSC = new Set(['0', '1', '2', '7', '8']);

function keepsOsc(body: string): boolean {
  const code = /^\d*/.exec(body)?.[0] ?? '';
  if (TEXT_OSC.has(code)) return true;
  return !ACTING_OSC.has(code) && !/[;=]\?/.test(body);
}
