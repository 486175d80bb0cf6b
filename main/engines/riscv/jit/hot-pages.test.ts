import { expect, test } from 'vitest';
import { HotPages, REGION_BUDGET } from './hot-pages.ts';

const PAGE = 7;

test('a page is compiled, then less of it where there is code already', () => {
  const pages = new HotPages();
  expect(pages.judge(PAGE, 1, 0)).toEqual({ kind: 'compile', budget: REGION_BUDGET });
  pages.compiled(PAGE, 1, [0, 4, 8]);
  const again = pages.judge(PAGE, 1, 4);
  expect(again.kind).toBe('compile');
  expect(again.kind === 'compile' && again.budget).toBeLessThan(REGION_BUDGET);
  expect(pages.judge(PAGE, 1, 12)).toEqual({ kind: 'compile', budget: REGION_BUDGET });
});

test('one version of a page is not compiled without end', () => {
  const pages = new HotPages();
  let regions = 0;
  while (pages.judge(PAGE, 1, 0).kind === 'compile') {
    pages.compiled(
      PAGE,
      1,
      Array.from({ length: REGION_BUDGET }, (_, i) => 4 * i),
    );
    regions++;
    expect(regions).toBeLessThan(100);
  }
  expect(pages.judge(PAGE, 1, 0)).toEqual({ kind: 'never' });
  expect(pages.judge(PAGE, 2, 0).kind).toBe('compile');
});

test('a page that keeps changing is compiled ever more rarely', () => {
  const pages = new HotPages();
  /** Requests until one is granted. */
  const patience = (generation: number): number => {
    let requests = 1;
    while (pages.judge(PAGE, generation, 0).kind === 'later') requests++;
    pages.compiled(PAGE, generation, [0]);
    return requests;
  };
  const needed = Array.from({ length: 20 }, (_, version) => patience(version));
  expect(needed.slice(0, 4)).toEqual([1, 1, 1, 1]);
  expect(needed[6]).toBeGreaterThan(needed[4]!);
  expect(needed[19]).toBe(1025);
  // Another page is not to blame
  expect(pages.judge(PAGE + 1, 1, 0).kind).toBe('compile');
});

test('what changes without having been compiled is not held against a page', () => {
  const pages = new HotPages();
  for (let generation = 0; generation < 50; generation++) expect(pages.judge(PAGE, generation, 0).kind).toBe('compile');
});
