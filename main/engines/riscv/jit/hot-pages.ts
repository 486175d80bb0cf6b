/**
 * What to compile: says of a place that has become hot whether a region is to begin there, and how large.
 *
 * A place within a region that is there already is hot because the interpreter was left with something there: a loop in
 * whose middle the fuel ran out or a page was missing. It gets a small region of its own, to be back in compiled code soon.
 * Pages whose contents keep changing are compiled ever more rarely, so that a guest that writes code (a JIT of its own, or
 * one that means ill) does not keep us compiling what it is about to throw away.
 */

/** Guest instructions in a region, and in one that begins where another has code already. */
export const REGION_BUDGET = 200;
const COVERED_BUDGET = 60;
/** Instructions compiled from one version of a page, counting repetitions; a page holds at most 2048. */
const MAX_PAGE_INSTRUCTIONS = 4096;
/** Versions of a page that are compiled as if it did not change. */
const PATIENCE = 4;
/** Each version after those is compiled half as readily as the one before, down to one request in 2 to the power of this. */
const MAX_BACK_OFF = 10;

interface HotPage {
  generation: number;
  /** Versions that were compiled. */
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

  /** `page` is the guest page's number, `generation` that of what stands in it now, `offset` the hot place. */
  judge(page: number, generation: number, offset: number): Verdict {
    const known = this.#at(page, generation);
    if (known.refusals > 0) {
      known.refusals--;
      return { kind: 'later' };
    }
    if (known.compiled >= MAX_PAGE_INSTRUCTIONS) return { kind: 'never' };
    return { kind: 'compile', budget: known.covered.has(offset) ? COVERED_BUDGET : REGION_BUDGET };
  }

  /** A region with these instructions was compiled from that version of the page. */
  compiled(page: number, generation: number, instructions: readonly number[]): void {
    const known = this.#at(page, generation);
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

  #at(page: number, generation: number): HotPage {
    let known = this.#pages.get(page);
    if (known === undefined) {
      known = { generation, versions: 1, refusals: 0, compiled: 0, covered: new Set() };
      this.#pages.set(page, known);
    } else if (known.generation !== generation) {
      known.generation = generation;
      if (known.compiled > 0) known.versions++;
      known.refusals = known.versions > PATIENCE ? 2 ** Math.min(known.versions - PATIENCE, MAX_BACK_OFF) : 0;
      known.compiled = 0;
      known.covered.clear();
    }
    return known;
  }
}
