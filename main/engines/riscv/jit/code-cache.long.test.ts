import { expect, test } from 'vitest';
import { addi, asm } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, RAM } from '../../../../tests/fixtures/bare-hart.ts';

const PAGES = 1200;
const LOOPS_PER_PAGE = 8;
/** No more than before a page that keeps changing is compiled less. */
const ROUNDS = 4;
const MiB = 1 << 20;
/** All that code is kept for, and what the garbage collector has not come to yet. */
const MOST_MEMORY = 1024 * MiB;

test('code without end: what is compiled is forgotten in time, and does what it should', () => {
  const m = new BareHart({ ramSize: 64 * MiB, compileAt: 2 });
  const before = process.memoryUsage().rss;
  let expected = 0n;
  let most = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let page = 0; page < PAGES; page++) {
      // Loops of different lengths, whose code differs from page to page and round to round
      const loops = Array.from({ length: LOOPS_PER_PAGE }, (_, i) => ({
        at: RAM + 0x10_0000n + BigInt(page * 4096 + 256 * i),
        length: 8 + ((page + i + round) % 48),
        step: 1 + ((page * 7 + i + 31 * round) % 2000),
      }));
      for (const { at, length, step } of loops)
        m.poke(at, ...Array.from({ length }, () => addi(1, 1, step)), asm('jal', { rd: 0, imm: -4 * length }));
      m.hart.fence(true, false);
      for (const { at, length, step } of loops) {
        m.pc = at;
        m.run(10 * (length + 1));
        expected += BigInt(10 * length * step);
      }
    }
    expect(m.hart.x(1)).toBe(BigInt.asUintN(64, expected));
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  const { statistics } = m.compiler!.cache;
  expect(statistics.flushes).toBeGreaterThan(0);
  expect(statistics.regions).toBeGreaterThan(10_000);
  expect(Number(m.hart.get('compiledSteps'))).toBeGreaterThan(m.steps / 4);
  expect(most).toBeLessThan(MOST_MEMORY);
});
