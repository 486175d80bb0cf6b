import { expect, test } from 'vitest';
import { HotPages, MAX_PAGES, REGION_BUDGET, type SlotVersion } from './hot-pages.ts';

const PAGE = 7;
const SLOT = 0x10000;

const version = (generation: number, slot = SLOT, page = PAGE): SlotVersion => ({ slot, generation, page });
/** A page whose contents are told apart by a number. */
const contents = (value: number): Uint8Array => new Uint8Array(4096).fill(value, 999, 1000);
/** A new version has new contents here, where nothing else is said. */
const judge = (pages: HotPages, generation: number, offset: number) =>
  pages.judge(version(generation), contents(generation), offset);

test('a page is compiled, then less of it where there is code already', () => {
  const pages = new HotPages();
  expect(judge(pages, 1, 0)).toEqual({ kind: 'compile', budget: REGION_BUDGET });
  pages.compiled(version(1), [0, 4, 8]);
  const again = judge(pages, 1, 4);
  expect(again.kind).toBe('compile');
  expect(again.kind === 'compile' && again.budget).toBeLessThan(REGION_BUDGET);
  expect(judge(pages, 1, 12)).toEqual({ kind: 'compile', budget: REGION_BUDGET });
});

test('one version of a page is not compiled without end', () => {
  const pages = new HotPages();
  let regions = 0;
  while (judge(pages, 1, 0).kind === 'compile') {
    pages.compiled(
      version(1),
      Array.from({ length: REGION_BUDGET }, (_, i) => 4 * i),
    );
    regions++;
    expect(regions).toBeLessThan(100);
  }
  expect(judge(pages, 1, 0)).toEqual({ kind: 'never' });
  expect(judge(pages, 2, 0).kind).toBe('compile');
});

test.each([
  ['and is compiled each time', (pages: HotPages, generation: number) => pages.compiled(version(generation), [0])],
  ['before what was asked for is there', () => undefined],
])('a page that keeps changing, %s, is compiled ever more rarely', (_, then) => {
  const pages = new HotPages();
  /** Requests until one is granted. */
  const patience = (generation: number): number => {
    let requests = 1;
    while (judge(pages, generation, 0).kind === 'later') requests++;
    then(pages, generation);
    return requests;
  };
  const needed = Array.from({ length: 20 }, (_unused, generation) => patience(generation));
  expect(needed.slice(0, 4)).toEqual([1, 1, 1, 1]);
  expect(needed[6]).toBeGreaterThan(needed[4]!);
  expect(needed[19]).toBe(1025);
  // Another page is not to blame
  expect(pages.judge(version(1, SLOT, PAGE + 1), contents(1), 0).kind).toBe('compile');
});

test('a page that has to leave its slot, and comes back as it was, is compiled as it was', () => {
  const pages = new HotPages();
  for (let times = 0; times < 50; times++) {
    // Slots count their generations each for itself
    const back = version(1 + (times >> 3), SLOT + (times & 7));
    expect(pages.judge(back, contents(1), 4)).toEqual({ kind: 'compile', budget: REGION_BUDGET });
    pages.compiled(back, [0, 4]);
  }
});

test('what was compiled from a version that is gone is not counted for another', () => {
  const pages = new HotPages();
  judge(pages, 1, 0);
  judge(pages, 2, 0);
  pages.compiled(version(1), [0, 4]);
  expect(judge(pages, 2, 4)).toEqual({ kind: 'compile', budget: REGION_BUDGET });
});

test('not more pages are remembered than a heap holds: the first is judged anew then, the last is not', () => {
  const pages = new HotPages();
  for (let page = 0; page <= MAX_PAGES; page++) {
    pages.judge(version(1, SLOT, page), contents(1), 0);
    pages.compiled(version(1, SLOT, page), [0]);
  }
  const budgetOf = (page: number) => pages.judge(version(1, SLOT, page), contents(1), 0);
  expect(budgetOf(MAX_PAGES)).not.toEqual({ kind: 'compile', budget: REGION_BUDGET });
  expect(budgetOf(0)).toEqual({ kind: 'compile', budget: REGION_BUDGET });
});
