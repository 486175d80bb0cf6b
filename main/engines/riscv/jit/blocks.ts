/**
 * From the bytes of a page to basic blocks: what a region is made of.
 *
 * Only code that the interpreter has executed is taken. That is a profile for free: error paths and the like stay out, and
 * what the bytes between functions would decode to is never looked at.
 */
import { type Decoded, decode, lengthOf } from '../isa/decode.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import { kindOf } from './kinds.ts';

/** A page of code as it was when compilation was asked for. Plain data: it goes from thread to thread. */
export interface PageCode {
  /** PAGE_SIZE bytes. */
  readonly bytes: Uint8Array;
  /** For every two bytes, 1 if an instruction that begins there has been executed. */
  readonly executed: Uint8Array;
}

/** An instruction and its offset in the page. */
export interface Placed {
  readonly offset: number;
  readonly decoded: Decoded;
}

/** How control leaves a block. Offsets are from the start of the page and may lie outside of it. */
export type BlockEnd =
  | { readonly kind: 'branch'; readonly taken: number; readonly next: number }
  | { readonly kind: 'jump'; readonly target: number }
  /** To an address in a register. */
  | { readonly kind: 'indirect' }
  /** On to the next block. */
  | { readonly kind: 'fall'; readonly next: number }
  /** At an instruction that only the interpreter executes; it is not part of the block. */
  | { readonly kind: 'interpret'; readonly at: number };

export interface Block {
  /** Where it starts. */
  readonly offset: number;
  readonly insns: readonly Placed[];
  readonly end: BlockEnd;
}

export interface Graph {
  /** In the order of their offsets. */
  readonly blocks: ReadonlyMap<number, Block>;
  /** Where the region is entered. */
  readonly root: number;
}

/** Blocks are cut at this length: fuel is counted by the block, and what does not fit is left to the interpreter. */
const MAX_BLOCK = 64;

/** The blocks that can be reached from `root` within the page, up to about `budget` instructions. */
export function findBlocks(page: PageCode, root: number, budget: number): Graph {
  const leaders = findLeaders(page, root, budget);
  const blocks = new Map<number, Block>();
  for (const offset of [...leaders].sort((a, b) => a - b)) blocks.set(offset, blockAt(page, offset, leaders));
  return { root, blocks };
}

function findLeaders(page: PageCode, root: number, budget: number): ReadonlySet<number> {
  const leaders = new Set([root]);
  const seen = new Set<number>();
  const queue = [root];
  let left = budget;
  const lead = (offset: number) => {
    if (left <= 0 || leaders.has(offset) || !isCode(page, offset)) return;
    leaders.add(offset);
    queue.push(offset);
  };
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (let length = 0; !seen.has(at); length++) {
      if (length === MAX_BLOCK) {
        lead(at);
        break;
      }
      const insn = instructionAt(page, at);
      if (insn === undefined) break;
      const { decoded } = insn;
      const kind = kindOf(decoded);
      if (kind === 'interpret') break;
      seen.add(at);
      left--;
      const next: number = at + decoded.length;
      if (kind === 'branch') {
        lead(at + decoded.imm);
        lead(next);
        break;
      }
      if (kind === 'jump' || kind === 'indirect') {
        // A call ends the region: the function is one of its own, and where it returns to another
        if (kind === 'jump' && decoded.rd === 0) lead(at + decoded.imm);
        break;
      }
      at = next;
    }
  }
  return leaders;
}

function blockAt(page: PageCode, offset: number, leaders: ReadonlySet<number>): Block {
  const insns: Placed[] = [];
  const block = (end: BlockEnd): Block => ({ offset, insns, end });
  for (let at = offset; ; ) {
    if (at !== offset && (leaders.has(at) || insns.length === MAX_BLOCK)) return block({ kind: 'fall', next: at });
    const insn = instructionAt(page, at);
    if (insn === undefined) return block(isInPage(at) ? { kind: 'interpret', at } : { kind: 'fall', next: at });
    const { decoded } = insn;
    const kind = kindOf(decoded);
    if (kind === 'interpret') return block({ kind: 'interpret', at });
    insns.push(insn);
    const next = at + decoded.length;
    if (kind === 'branch') return block({ kind: 'branch', taken: at + decoded.imm, next });
    if (kind === 'jump') return block({ kind: 'jump', target: at + decoded.imm });
    if (kind === 'indirect') return block({ kind: 'indirect' });
    at = next;
  }
}

function isInPage(offset: number): boolean {
  return offset >= 0 && offset < PAGE_SIZE;
}

function isCode(page: PageCode, offset: number): boolean {
  return isInPage(offset) && page.executed[offset >>> 1] === 1;
}

/** What stands at `offset`, if it was executed and lies within the page as a whole. */
function instructionAt(page: PageCode, offset: number): Placed | undefined {
  if (!isCode(page, offset)) return undefined;
  const { bytes } = page;
  const low = bytes[offset]! | (bytes[offset + 1]! << 8);
  const length = lengthOf(low);
  if (offset + length > PAGE_SIZE) return undefined;
  const word = length === 2 ? low : (low | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
  const decoded = decode(word);
  return decoded && { offset, decoded };
}
