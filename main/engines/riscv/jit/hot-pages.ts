/**
 * What to compile: says of a place that has become hot whether a region is to begin there, and how large.
 *
 * A place within a region that is there already is hot because the interpreter was left with something there: a loop in
 * whose middle the fuel ran out or a page was missing. It gets a small region of its own, to be back in compiled code soon.
 * Pages whose contents keep changing are compiled ever more rarely, so that a guest that writes code (a JIT of its own, or
 * one that means ill) does not keep us compiling what it is about to throw away.
 */

/** Guest instructions in a region, and in one that begins where another has code already. */
export const REGION_BUDGET = 400;
const COVERED_BUDGET = 60;
/** Instructions compiled from one version of a page, counting repetitions; a page holds at most 2048. */
const MAX_PAGE_INSTRUCTIONS = 4096;
/** Versions of a page that are compiled as if it did not change. */
const PATIENCE = 4;
/** Each version after those is compiled half as readily as the one before, down to one request in 2 to the power of this. */
const MAX_BACK_OFF = 10;
/** Pages remembered: many times what decode slots hold, and little enough for a hart's heap however much RAM a guest has. */
export const MAX_PAGES = 8192;

/** A slot as it was at some time. */
export interface SlotVersion {
  /** Address in the shared memory. */
  readonly slot: number;
  readonly generation: number;
  /** Number of the guest page in it. */
  readonly page: number;
}

interface HotPage {
  version: SlotVersion;
  /** Tells contents apart: a page that had to leave its slot and came back has not changed. */
  checksum: number;
  /** Whether compilation of this version was asked for. */
  requested: boolean;
  /** Contents whose compilation was asked for. That none came in time is no excuse: what changes so fast is not worth it. */
  versions: number;
  /** Requests to refuse before the next is granted. */
  refusals: number;
  /** Instructions compiled from this version. */
  compiled: number;
  readonly covered: Set<number>;
}

export type Verdict =
  | { readonly kind: 'compile'; readonly budget: number }
  | { readonly kind: 'later' }
  | { readonly kind: 'never' };

export class HotPages {
  readonly #pages = new Map<number, HotPage>();

  /** `bytes` is what stands in the page now, in whole words; `offset` is the hot place. */
  judge(version: SlotVersion, bytes: Uint8Array, offset: number): Verdict {
    const known = this.#at(version, bytes);
    if (known.refusals > 0) {
      known.refusals--;
      return { kind: 'later' };
    }
    if (known.compiled >= MAX_PAGE_INSTRUCTIONS) return { kind: 'never' };
    known.requested = true;
    return { kind: 'compile', budget: known.covered.has(offset) ? COVERED_BUDGET : REGION_BUDGET };
  }

  /** A region with these instructions was compiled from that version of the page, as `judge` had said. */
  compiled(version: SlotVersion, instructions: readonly number[]): void {
    const known = this.#pages.get(version.page);
    if (!known || !isSame(known.version, version)) return;
    known.compiled += instructions.length;
    for (const offset of instructions) known.covered.add(offset);
  }

  /** Nothing is compiled any more; how often pages changed is remembered. */
  forget(): void {
    for (const page of this.#pages.values()) {
      page.compiled = 0;
      page.covered.clear();
    }
  }

  #forgetOldest(): void {
    for (const page of this.#pages.keys()) {
      this.#pages.delete(page);
      return;
    }
  }

  #at(version: SlotVersion, bytes: Uint8Array): HotPage {
    const known = this.#pages.get(version.page);
    if (known && isSame(known.version, version)) return known;
    const checksum = checksumOf(bytes);
    if (known === undefined) {
      const first = {
        version,
        checksum,
        requested: false,
        versions: 1,
        refusals: 0,
        compiled: 0,
        covered: new Set<number>(),
      };
      if (this.#pages.size === MAX_PAGES) this.#forgetOldest();
      this.#pages.set(version.page, first);
      return first;
    }
    if (known.checksum !== checksum) {
      if (known.requested) known.versions++;
      known.refusals = known.versions > PATIENCE ? 2 ** Math.min(known.versions - PATIENCE, MAX_BACK_OFF) : 0;
      known.requested = false;
      known.checksum = checksum;
    }
    known.version = version;
    known.compiled = 0;
    known.covered.clear();
    return known;
  }
}

function isSame(a: SlotVersion, b: SlotVersion): boolean {
  return a.slot === b.slot && a.generation === b.generation;
}

function checksumOf(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  // FNV-1a, by words
  return words.reduce((hash, word) => Math.imul(hash ^ word, 0x0100_0193), 0x811c_9dc5 | 0);
}
