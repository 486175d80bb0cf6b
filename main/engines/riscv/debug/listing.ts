/** Disassembles the files that machines start from. */
import { lengthOf } from '../isa/decode.ts';
import { disassemble } from '../isa/disassemble.ts';
import { readProgram } from '../machine/kernel-image.ts';
import { RAM_BASE } from '../machine/memory-map.ts';

export interface ListingOptions {
  /** Where a file that does not say so itself lies in memory. Default: the start of RAM. */
  readonly base?: bigint;
  /** The first address to show, and how many instructions. Default: all. */
  readonly from?: bigint;
  readonly count?: number;
}

interface Piece {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** A line per instruction: address, word, text. Throws the `InnError`s of `readProgram`. */
export function* listFile(bytes: Uint8Array, file: string, options: ListingOptions = {}): Generator<string> {
  let left = options.count ?? Number.POSITIVE_INFINITY;
  for (const piece of piecesOf(bytes, file, options.base)) {
    const skip = options.from === undefined || options.from < piece.address ? 0 : Number(options.from - piece.address);
    if (skip >= piece.bytes.length) continue;
    for (const line of list(piece.bytes.subarray(skip), piece.address + BigInt(skip))) {
      if (left-- <= 0) return;
      yield line;
    }
  }
}

function piecesOf(bytes: Uint8Array, file: string, base: bigint | undefined): Piece[] {
  const image = readProgram(bytes, file, 'firmware');
  if (image.kind === 'elf') {
    return image.program.segments.map((segment) => ({ address: BigInt(segment.address), bytes: segment.bytes }));
  }
  const textOffset = image.kind === 'linux' ? image.textOffset : 0;
  return [{ address: base ?? BigInt(RAM_BASE + textOffset), bytes: image.bytes }];
}

/** The instructions in `bytes`, the first at `address`, one after the other. */
export function* list(bytes: Uint8Array, address: bigint): Generator<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 2 <= bytes.length) {
    const half = view.getUint16(at, true);
    const length = lengthOf(half);
    if (at + length > bytes.length) return;
    const word = length === 2 ? half : view.getUint32(at, true);
    yield instructionLine(word, address + BigInt(at));
    at += length;
  }
}

/** `80000000:  00000297  auipc t0,0x0` */
export function instructionLine(word: number, address: bigint): string {
  const digits = lengthOf(word) === 2 ? 4 : 8;
  const shown = digits === 4 ? word & 0xffff : word >>> 0;
  const text = disassemble(word, address, { aliases: true });
  return `${address.toString(16)}:  ${shown.toString(16).padStart(digits, '0').padEnd(8)}  ${text}`;
}
