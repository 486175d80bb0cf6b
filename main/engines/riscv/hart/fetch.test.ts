import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, EBREAK } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, HANDLER, PROGRAM, RAM, RWX } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, MODE } from '../isa/csr.ts';
import {
  EXIT,
  hartBase,
  layoutOf,
  PAGE_SIZE,
  RECORD,
  SLOT,
  SLOT_OF_PAGE,
  SLOT_SIZE,
  SLOTS,
  SLOTS_BASE,
} from '../memory/layout.ts';
import { OP } from './record.ts';

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

  test('is seen changed behind fence.i, in either half', () => {
    // The first half names rd, the second the immediate
    for (const [rd, imm] of [
      [3, 1],
      [3, 2],
      [4, 2],
    ] as const) {
      m.poke(AT, addi(rd, 3, imm), FENCE_I, jump(-8));
      m.hart.fence(true, false);
      m.pc = AT;
      m.run(4);
    }
    expect([m.hart.x(3), m.hart.x(4)]).toEqual([6n, 8n]);
  });

  test('is the same one in every round of a loop, and another where two alternate', () => {
    const NEXT = AT + PAGE;
    m.poke(AT, addi(1, 1, 1), jump(PAGE_SIZE - 4));
    m.poke(NEXT, addi(2, 2, 1), jump(-PAGE_SIZE - 4));
    m.pc = AT;
    m.run(40);
    expect([m.hart.x(1), m.hart.x(2), m.pc]).toEqual([10n, 10n, AT]);
  });

  test('has the half that its second page has now, after that was mapped elsewhere', () => {
    const OTHER = RAM + 0x8000n;
    m.paging();
    m.map(PROGRAM, PROGRAM, RWX);
    const behind = (physical: bigint) => m.map(PROGRAM + PAGE, physical, RWX);
    m.poke(AT, addi(1, 1, 1), jump(-4));
    m.poke(OTHER - 2n, addi(1, 1, 2), jump(-4));
    m.mode = MODE.S;
    m.pc = AT;
    behind(PROGRAM + PAGE);
    m.run(4);
    expect(m.hart.x(1)).toBe(2n);
    behind(OTHER);
    m.hart.fence(false, true);
    m.run(4);
    expect(m.hart.x(1)).toBe(6n);
    behind(0n);
    m.hart.fence(false, true);
    m.run(1);
    expect(m.lastTrap()).toMatchObject({ cause: CAUSE.instructionAccessFault, tval: AT + 2n });
  });

  test.each([OP.undecoded, OP.resync])('is decoded anew once its record is made %i from outside', (op) => {
    const records: number[] = [];
    m = new BareHart({
      host: {
        substitute: (word, pageOffset, record) => {
          if (pageOffset === PAGE_SIZE - 2) records.push(record);
          return word;
        },
      },
    });
    m.poke(AT, addi(1, 1, 1), jump(-4));
    m.pc = AT;
    m.run(6);
    expect(records.length).toBeLessThan(3);
    const before = records.length;
    m.view.setUint16(records.at(-1) as number, op, true);
    m.run(2);
    expect(records).toHaveLength(before + 1);
    expect([m.hart.x(1), m.steps]).toEqual([4n, 8]);
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

describe('decoded code and memory', () => {
  const AT = RAM + 0x3000n;
  const SELF = 5;
  /** A loop's worth of the same: replaces the instruction at AT by `addi x1, x1, 2`, then jumps there. */
  const patch = (fence: boolean) => {
    m.hart.setX(SELF, AT);
    m.hart.setX(6, BigInt(addi(1, 1, 2)));
    m.poke(AT, addi(1, 1, 1), EBREAK);
    m.program(
      asm('sw', { rs2: 6, rs1: SELF, imm: 0 }),
      fence ? FENCE_I : C_NOP,
      asm('jalr', { rd: 0, rs1: SELF, imm: 0 }),
    );
  };

  test('a store is seen behind fence.i', () => {
    m.poke(AT, addi(1, 1, 1), EBREAK);
    m.pc = AT;
    m.run(1);
    patch(true);
    m.run(4);
    expect(m.hart.x(1)).toBe(3n);
  });

  test('without fence.i what was decoded may stand, and does', () => {
    m.poke(AT, addi(1, 1, 1), EBREAK);
    m.pc = AT;
    m.run(1);
    patch(false);
    m.hart.set('epoch', m.hart.get('epoch') - 1n);
    m.run(4);
    expect(m.hart.x(1)).toBe(2n);
  });

  test('code that rewrites its own page', () => {
    m.poke(
      PROGRAM,
      asm('auipc', { rd: SELF, imm: 0 }),
      asm('sw', { rs2: 6, rs1: SELF, imm: 12 }),
      FENCE_I,
      addi(1, 1, 1),
      asm('c.addi', { rd: 1, rs1: 1, imm: 4 }),
    );
    m.hart.setX(6, BigInt(addi(1, 1, 16)));
    m.run(5);
    expect(m.hart.x(1)).toBe(20n);
  });

  test('a remote fence does as fence.i', () => {
    m.poke(AT, addi(1, 1, 1), jump(-4));
    m.pc = AT;
    m.run(2);
    m.poke(AT, addi(1, 1, 2));
    m.run(2);
    expect(m.hart.x(1)).toBe(2n);
    m.hart.fence(true, false);
    m.run(2);
    expect(m.hart.x(1)).toBe(4n);
  });

  test('2^32 fences later a page is still compared', () => {
    m.poke(AT, addi(1, 1, 1), FENCE_I, jump(-8));
    m.pc = AT;
    m.run(1);
    m.poke(AT, addi(1, 1, 2));
    m.hart.set('epoch', m.hart.get('epoch') + 0xffff_ffffn);
    m.run(3);
    expect(m.hart.x(1)).toBe(3n);
  });

  test('a page that did not change keeps its records; a changed one loses them', () => {
    // Compiled code leaves records alone
    m = new BareHart({ compileAt: 0 });
    m.poke(AT, addi(1, 1, 1));
    const decodedOf = () => {
      m.pc = AT;
      m.run(1);
      const slot = slotOf(AT);
      // Of the instruction at AT + 4: a record for every two bytes
      return m.view.getUint16(slot + 2 * RECORD, true);
    };
    m.poke(AT + 4n, jump(-4));
    m.pc = AT + 4n;
    m.run(1);
    expect(decodedOf()).not.toBe(OP.undecoded);
    m.hart.fence(true, false);
    expect(decodedOf()).not.toBe(OP.undecoded);
    m.poke(AT + 0x800n, C_NOP);
    m.hart.fence(true, false);
    expect(decodedOf()).toBe(OP.undecoded);
  });

  test('a reset forgets all of it', () => {
    m.program(addi(1, 0, 1));
    m.run(1);
    m.poke(PROGRAM, addi(1, 0, 2));
    m.reset();
    m.run(1);
    expect(m.hart.x(1)).toBe(2n);
  });

  test('two addresses of one page share a slot', () => {
    m.paging();
    m.map(0x1000n, AT, RWX);
    m.map(0x7000n, AT, RWX);
    m.mode = MODE.S;
    m.poke(AT, asm('auipc', { rd: 1, imm: 0 }));
    for (const va of [0x1000n, 0x7000n]) {
      m.pc = va;
      m.run(1);
      expect(m.hart.x(1)).toBe(va);
    }
    expect(m.hart.get32('nextSlot')).toBe(1);
  });

  function slotOf(address: bigint): number {
    const base = hartBase(m.layout, 0);
    const number = m.view.getUint16(base + SLOT_OF_PAGE + (Number(address - RAM) / PAGE_SIZE) * 2, true);
    expect(number).toBeGreaterThan(0);
    return base + SLOTS_BASE + (number - 1) * SLOT_SIZE;
  }
});

describe('more code pages than slots', () => {
  const PAGES = SLOTS + 100;

  beforeEach(() => {
    m = new BareHart({ ramSize: 8 << 20 });
    for (let page = 0; page < PAGES; page++) {
      m.poke(RAM + BigInt(page) * PAGE, addi(1, 1, 1), page === PAGES - 1 ? EBREAK : jump(PAGE_SIZE - 4));
    }
  });

  test('slots are given away again, and their old pages decoded anew', () => {
    for (let round = 1; round <= 3; round++) {
      m.pc = RAM;
      m.run(2 * PAGES - 1);
      expect(m.hart.x(1)).toBe(BigInt(round * PAGES));
    }
    expect(m.hart.get('trapped')).toBe(0n);
    const taken = new Set<number>();
    const base = hartBase(m.layout, 0);
    for (let page = 0; page < (8 << 20) / PAGE_SIZE; page++) {
      const number = m.view.getUint16(base + SLOT_OF_PAGE + 2 * page, true);
      if (number === 0) continue;
      expect(taken.has(number)).toBe(false);
      taken.add(number);
      expect(m.view.getUint32(base + SLOTS_BASE + (number - 1) * SLOT_SIZE + SLOT.page, true)).toBe(page + 1);
    }
    expect(taken.size).toBe(SLOTS);
  });

  test('a page whose slot went to another is not executed from it', () => {
    m.pc = RAM;
    m.run(2 * PAGES - 1);
    // The first page lost its slot to one near the end; fence.i is not even needed to see it changed
    m.poke(RAM, addi(2, 0, 7));
    m.pc = RAM;
    m.run(1);
    expect(m.hart.x(2)).toBe(7n);
  });
});

test('the last page of a memory of exactly 4 GiB is compared whole', () => {
  const fits = (ramSize: number) => {
    try {
      return layoutOf(1, ramSize).wasmPages;
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  };
  let ramSize = 4 * 2 ** 30;
  while (fits(ramSize) > 65536) ramSize -= 65536;
  expect(fits(ramSize)).toBe(65536);
  m = new BareHart({ ramSize });
  const at = RAM + BigInt(ramSize) - 64n;
  m.poke(at, addi(1, 1, 1), jump(-4));
  m.pc = at;
  m.run(2);
  m.poke(at, addi(1, 1, 2));
  m.hart.fence(true, false);
  m.run(1);
  expect(m.hart.x(1)).toBe(3n);
});
