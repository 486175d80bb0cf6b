import { describe, expect, test } from 'vitest';
import { addi, asm, csrrs, csrrw, EBREAK, ECALL, ld, MRET, sd } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, HANDLER, PROGRAM, PTE, RAM, RWX, USED } from '../../../../tests/fixtures/bare-hart.ts';
import { CSR, IRQ, MODE, MSTATUS } from '../isa/csr.ts';
import { CLINT_BASE, EXIT, PAGE_SIZE } from '../memory/layout.ts';

const PAGE = BigInt(PAGE_SIZE);
const A0 = 10;
const C_NOP = asm('c.nop');
const jump = (imm: number, rd = 0) => asm('jal', { rd, imm });
/** Counts in x31, and goes on behind the instruction that trapped. */
const SKIP = [addi(31, 31, 1), csrrs(30, CSR.mepc, 0), addi(30, 30, 4), csrrw(0, CSR.mepc, 30), MRET];

interface Program {
  readonly name: string;
  readonly steps: number;
  readonly make: () => BareHart;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'jumps within a page and between pages',
    steps: 60,
    make: () => {
      const m = new BareHart();
      m.poke(PROGRAM, addi(1, 1, 1), C_NOP, asm('c.addi', { rd: 2, rs1: 2, imm: 1 }), jump(PAGE_SIZE, 5));
      m.poke(PROGRAM + 8n + PAGE, addi(3, 3, 1), asm('jalr', { rd: 6, rs1: 5, imm: 0 }));
      m.poke(PROGRAM + 12n, asm('bne', { rs1: 1, rs2: 0, imm: -12 }));
      return m;
    },
  },
  {
    name: 'straddling instructions and the run from page to page',
    steps: 40,
    make: () => {
      const m = new BareHart();
      m.pc = PROGRAM + PAGE - 6n;
      m.poke(m.pc, addi(1, 1, 1), addi(2, 2, 1), addi(3, 3, 1));
      m.poke(m.pc + 12n, jump(PAGE_SIZE - 12));
      m.poke(m.pc + PAGE, C_NOP, addi(4, 4, 1), C_NOP, jump(-PAGE_SIZE - 8));
      return m;
    },
  },
  {
    name: 'traps of every sort',
    steps: 60,
    make: () => {
      const m = new BareHart();
      m.poke(HANDLER, ...SKIP);
      m.poke(PROGRAM, ECALL, addi(1, 1, 1), ld(1, -8, 0), 0xffff_ffff, EBREAK, csrrw(1, CSR.mhartid, 1), jump(-24));
      return m;
    },
  },
  {
    name: 'page faults, of a straddling instruction too',
    steps: 40,
    make: () => {
      const m = new BareHart();
      m.paging();
      m.map(PROGRAM, PROGRAM, RWX);
      m.mode = MODE.S;
      // In M-mode: maps the page behind the program, and the second time takes it away again
      m.hart.setX(20, m.map(PROGRAM + PAGE, PROGRAM + PAGE, 0n));
      m.hart.setX(21, ((PROGRAM + PAGE) >> 2n) | USED | PTE.R | PTE.X);
      m.poke(HANDLER, addi(31, 31, 1), ld(22, 0, 20), sd(21, 0, 20), addi(21, 22, 0), asm('sfence.vma'), MRET);
      m.pc = PROGRAM + PAGE - 6n;
      m.poke(m.pc, addi(1, 1, 1), addi(2, 2, 1), addi(3, 3, 1), ECALL);
      return m;
    },
  },
  {
    name: 'loads and stores that miss, cross pages and do not',
    steps: 50,
    make: () => {
      const m = new BareHart();
      m.hart.setX(A0, RAM + 0x1_0ffcn);
      m.poke(
        PROGRAM,
        sd(1, 0, A0),
        ld(1, 0, A0),
        sd(1, 4, A0),
        asm('amoadd.w', { rd: 2, rs1: A0, rs2: 1 }),
        addi(A0, A0, 1024),
        addi(1, 1, 3),
        jump(-24),
      );
      m.poke(HANDLER, ...SKIP);
      return m;
    },
  },
  {
    name: 'code that changes itself',
    steps: 40,
    make: () => {
      const m = new BareHart();
      m.hart.setX(A0, PROGRAM);
      m.hart.setX(11, 0x10_0000n);
      m.poke(
        PROGRAM,
        addi(1, 1, 1),
        asm('lw', { rd: 2, rs1: A0, imm: 0 }),
        asm('add', { rd: 2, rs1: 2, rs2: 11 }),
        asm('sw', { rs1: A0, rs2: 2, imm: 0 }),
        asm('fence.i'),
        jump(-20),
      );
      return m;
    },
  },
  {
    name: 'CSRs, and the counters among them',
    steps: 30,
    make: () => {
      const m = new BareHart();
      m.poke(
        PROGRAM,
        csrrs(1, CSR.minstret, 0),
        csrrw(2, CSR.mscratch, 1),
        csrrs(3, CSR.cycle, 0),
        csrrw(4, CSR.mstatus, 0),
        jump(-16),
      );
      return m;
    },
  },
];

/** All that software can see, and the count. */
function stateOf(m: BareHart): unknown {
  const { hart } = m;
  return {
    pc: m.pc,
    mode: m.mode,
    x: Array.from({ length: 32 }, (_, i) => hart.x(i)),
    csrs: (['mepc', 'mcause', 'mtval', 'mstatus', 'mscratch', 'steps', 'trapped'] as const).map((name) =>
      hart.get(name),
    ),
  };
}

describe.each(PROGRAMS)('$name', ({ make, steps }) => {
  const single = make();
  const states = Array.from({ length: steps }, () => {
    expect(single.run(1)).toBe(EXIT.slice);
    return stateOf(single);
  });

  test('one at a time counts one each', () => {
    expect(states.map((state) => (state as { csrs: bigint[] }).csrs[5])).toEqual(
      Array.from({ length: steps }, (_, i) => BigInt(i + 1)),
    );
    // It goes somewhere: no two states are alike
    expect(
      new Set(states.map((state) => JSON.stringify(state, (_, v) => (typeof v === 'bigint' ? `${v}` : v)))).size,
    ).toBe(steps);
  });

  test('run(n) executes exactly n', () => {
    for (let n = 1; n <= steps; n++) {
      const m = make();
      expect(m.run(n)).toBe(EXIT.slice);
      expect(stateOf(m), `run(${n})`).toEqual(states[n - 1]);
    }
  });

  test('however it is cut', () => {
    for (const cut of [2, 3, 7]) {
      const m = make();
      for (let n = cut; n <= steps; n += cut) {
        m.run(cut);
        expect(stateOf(m), `${cut} at a time, after ${n}`).toEqual(states[n - 1]);
      }
    }
  });
});

describe('what ends a run early', () => {
  test.each([
    ['wfi with nothing pending', asm('wfi'), EXIT.wfi],
    ['pause', asm('pause'), EXIT.pause],
    ['a write to stimecmp', csrrw(0, CSR.stimecmp, 1), EXIT.slice],
    ['a write to menvcfg', csrrw(0, CSR.menvcfg, 1), EXIT.slice],
  ])('%s, behind the instruction', (_, word, exit) => {
    const m = new BareHart();
    m.poke(PROGRAM, C_NOP, word, addi(1, 1, 1));
    expect(m.run(10)).toBe(exit);
    expect([m.pc, m.steps, m.hart.x(1)]).toEqual([PROGRAM + 6n, 2, 0n]);
    m.run(1);
    expect([m.hart.x(1), m.steps]).toEqual([1n, 3]);
  });

  test('no fuel', () => {
    const m = new BareHart();
    m.poke(PROGRAM, addi(1, 1, 1));
    expect(m.run(0)).toBe(EXIT.slice);
    expect([m.pc, m.steps, m.hart.x(1)]).toEqual([PROGRAM, 0, 0n]);
  });
});

test('an interrupt takes no fuel, and is not counted', () => {
  const m = new BareHart();
  m.now = 1000;
  m.view.setBigUint64(CLINT_BASE, 1000n, true);
  m.setField('mie', 1n << BigInt(IRQ.mti));
  m.setStatus(MSTATUS.MIE);
  m.poke(PROGRAM, addi(1, 1, 1));
  m.poke(HANDLER, addi(2, 2, 1));
  m.run(1);
  expect([m.hart.x(1), m.hart.x(2), m.steps, m.hart.get('trapped')]).toEqual([0n, 1n, 1, 0n]);
  expect(m.hart.get('mepc')).toBe(PROGRAM);
});
