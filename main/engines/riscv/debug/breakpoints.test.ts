import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, PROGRAM } from '../../../../tests/fixtures/bare-hart.ts';
import { EXIT, PAGE_SIZE } from '../memory/layout.ts';
import { Breakpoints } from './breakpoints.ts';

const LOOP = 10;
/** A loop of four instructions: at the start of a page, and with its second one across the end of it. */
const PLACES = [
  ['within a page', PROGRAM],
  ['across two pages', PROGRAM + BigInt(PAGE_SIZE) - 6n],
] as const;

let m: BareHart;
let breakpoints: Breakpoints;

beforeEach(() => {
  breakpoints = new Breakpoints();
  m = new BareHart({ host: { substitute: (...args) => breakpoints.substitute(0, ...args) } });
  breakpoints.attach(m.memory, m.layout);
});

describe.each(PLACES)('%s', (_, start) => {
  const second = start + 4n;

  beforeEach(() => {
    m.poke(start, addi(1, 1, 1), addi(2, 2, 1), addi(3, 3, 1), asm('jal', { rd: 0, imm: -12 }));
    m.pc = start;
  });

  test('stops before the instruction, in every round, counting none for itself', () => {
    breakpoints.add(second);
    for (let round = 1; round <= 3; round++) {
      expect(m.run(100)).toBe(EXIT.pause);
      expect(breakpoints.hit(m.hart)).toBe('breakpoint');
      expect([m.pc, m.hart.x(1), m.hart.x(2), m.steps]).toEqual([
        second,
        BigInt(round),
        BigInt(round - 1),
        4 * round - 3,
      ]);
      breakpoints.lifted(0, () => m.run(1));
    }
  });

  test('can be set where the program has long been running, and taken away again', () => {
    m.run(4 * LOOP);
    breakpoints.add(second);
    expect(m.run(100)).toBe(EXIT.pause);
    expect(breakpoints.hit(m.hart)).toBe('breakpoint');
    breakpoints.delete(second);
    expect(m.run(4 * LOOP)).toBe(EXIT.slice);
    expect(m.hart.x(2)).toBe(BigInt(2 * LOOP));
  });

  test('another instruction at the same offset of its page is a false hit, and can be got past', () => {
    breakpoints.add(second + BigInt(4 * PAGE_SIZE));
    for (let round = 1; round <= 3; round++) {
      expect(m.run(100)).toBe(EXIT.pause);
      expect(breakpoints.hit(m.hart)).toBe('false');
      breakpoints.lifted(0, () => m.run(1));
    }
    expect(m.hart.x(2)).toBe(3n);
  });
});

test('a pause of the guest s own is none', () => {
  m.program(asm('pause'));
  breakpoints.add(PROGRAM + 8n);
  expect(m.run(10)).toBe(EXIT.pause);
  expect(breakpoints.hit(m.hart)).toBe('none');
});
