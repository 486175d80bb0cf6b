import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, HANDLER, PROGRAM, RWX } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, MODE } from '../isa/csr.ts';
import { EXIT, PAGE_SIZE } from '../memory/layout.ts';

const PAGE = BigInt(PAGE_SIZE);
const C_NOP = asm('c.nop');
const FENCE_I = asm('fence.i');
const jump = (imm: number) => asm('jal', { rd: 0, imm });

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
});

describe('an instruction across two pages', () => {
  const AT = PROGRAM + PAGE - 2n;

  test('executes, with its pc and the one behind it', () => {
    m.poke(AT - 4n, addi(5, 0, 7), asm('jal', { rd: 1, imm: 6 }));
    m.poke(AT + 6n, asm('auipc', { rd: 2, imm: 0 }));
    m.pc = AT - 4n;
    m.run(3);
    expect([m.hart.x(5), m.hart.x(1), m.hart.x(2)]).toEqual([7n, AT + 4n, AT + 6n]);
    expect(m.steps).toBe(3);
  });

  test('is decoded anew each time, as both halves may change', () => {
    for (const imm of [1, 2]) {
      m.poke(AT, addi(3, 3, imm), FENCE_I);
      m.pc = AT;
      m.run(2);
    }
    expect(m.hart.x(3)).toBe(3n);
  });

  test('may jump to itself', () => {
    m.poke(AT, jump(0));
    m.pc = AT;
    expect(m.run(10)).toBe(EXIT.slice);
    expect([m.pc, m.steps]).toEqual([AT, 10]);
  });

  test('leads on to the next one, also through other ones that lie so', () => {
    m.poke(AT, addi(3, 0, 1));
    m.poke(AT + 2n + PAGE - 4n, C_NOP, addi(3, 3, 4));
    m.poke(AT + 4n, jump(PAGE_SIZE - 6));
    m.pc = AT;
    m.run(4);
    expect([m.hart.x(3), m.pc]).toEqual([5n, AT + PAGE + 4n]);
  });

  test.each([
    ['sequentially', AT - 8n, [addi(1, 0, 1), addi(1, 1, 1)], 2],
    ['by a jump', AT - 64n, [jump(64)], 1],
  ])('faults on its second half with its own epc, reached %s', (_, from, code, steps) => {
    m.paging();
    m.map(PROGRAM, PROGRAM, RWX);
    m.poke(from, ...code, ...(steps === 2 ? [addi(2, 0, 9)] : []));
    m.poke(AT, addi(2, 0, 9));
    m.map(HANDLER, HANDLER, RWX);
    m.setField('medeleg', -1n);
    m.mode = MODE.S;
    m.pc = from;
    m.run(steps + 1);
    expect(m.lastTrap()).toEqual({ cause: CAUSE.instructionPageFault, tval: AT + 2n, epc: AT });
    expect(m.hart.x(2)).toBe(0n);
    expect(m.steps).toBe(steps + 1);
    expect(m.hart.get('trapped')).toBe(1n);
  });

  test('faults where PMP refuses its second half', () => {
    m.poke(AT - 4n, addi(1, 0, 1), addi(2, 0, 9));
    m.pmp(0, 0x80 | 0x18, ((PROGRAM + PAGE) >> 2n) | 511n);
    m.pc = AT - 4n;
    m.run(2);
    expect(m.lastTrap()).toEqual({ cause: CAUSE.instructionAccessFault, tval: AT + 2n, epc: AT });
  });
});
