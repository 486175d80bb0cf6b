import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, ld, sd } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, PROGRAM, PTE, RAM, RWX, USED } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, CSR, MODE, MSTATUS } from '../isa/csr.ts';
import {
  DATA_TLB,
  FETCH_TLB,
  hartBase,
  PAGE_SIZE,
  TLB_ENTRIES,
  TLB_ENTRY,
  TLB_SET,
  TLB_SET_SIZE,
} from '../memory/layout.ts';
import { PAGE_STATE } from '../memory/page-state.ts';

const A0 = 10;
const A1 = 11;
const VA = 0x40_0000n;
const ONE = RAM + 0x1_0000n;
const TWO = RAM + 0x1_1000n;
const SFENCE_ALL = asm('sfence.vma');
const SFENCE_A0 = asm('sfence.vma', { rs1: A0 });
const PAGE = BigInt(PAGE_SIZE);

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
  m.write64(ONE, 1n);
  m.write64(TWO, 2n);
  m.hart.setX(A0, VA);
});

/** S-mode with the program mapped where it is. */
function paging(): void {
  m.paging();
  m.map(PROGRAM, PROGRAM, RWX);
  m.mode = MODE.S;
}

/** Runs the words one after the other from PROGRAM and yields x1. */
function execute(...words: number[]): bigint {
  m.program(...words);
  m.run(words.length);
  return m.hart.x(1);
}

describe('empty tables know no page', () => {
  // Entries of the first and the last page of the address space would match the tag that all others have when empty
  const INDICES = [0, 1, 2, TLB_ENTRIES - 2, TLB_ENTRIES - 1];
  const pages = INDICES.flatMap((index) =>
    [0n, 1n, (1n << 44n) - 1n].map((high) => ((high << 8n) | BigInt(index)) * PAGE),
  );

  test.each(pages.map((page) => [BigInt.asUintN(64, BigInt.asIntN(52, page))]))('%s', (page) => {
    for (const name of ['lb', 'ld']) {
      for (const offset of [0n, 4088n, 4095n]) {
        if (name === 'ld' && offset === 4095n) continue;
        m.hart.fence(false, true);
        m.hart.setX(A0, page + offset);
        m.program(asm(name, { rd: 1, rs1: A0, imm: 0 }));
        expect(m.trapOfNext()?.cause, `${name} at +${offset}`).toBe(CAUSE.loadAccessFault);
      }
    }
  });
});

describe('sfence.vma', () => {
  test.each([
    ['of everything', SFENCE_ALL],
    ['of the page', SFENCE_A0],
  ])('%s makes a changed entry seen, for loads, stores and fetches', (_, fence) => {
    paging();
    m.map(VA, ONE, RWX);
    expect(execute(ld(1, 0, A0), sd(0, 8, A0))).toBe(1n);
    m.map(VA, TWO, RWX);
    expect(execute(fence, ld(1, 0, A0), sd(A0, 8, A0))).toBe(2n);
    expect([m.read64(ONE + 8n), m.read64(TWO + 8n)]).toEqual([0n, VA]);
    // Both pages hold code that tells them apart, and jumps back
    for (const [page, imm] of [
      [ONE, 1],
      [TWO, 2],
    ] as const) {
      m.poke(page, addi(1, 0, imm), asm('jalr', { rd: 0, rs1: A1, imm: 0 }));
    }
    m.hart.fence(true, false);
    m.hart.setX(A1, PROGRAM + 4n);
    m.program(asm('jalr', { rd: 0, rs1: A0, imm: 0 }), fence, asm('jalr', { rd: 0, rs1: A0, imm: 0 }));
    m.run(3);
    expect(m.hart.x(1)).toBe(2n);
    m.map(VA, ONE, RWX);
    m.run(3);
    expect(m.hart.x(1)).toBe(1n);
  });

  test('of another page may leave it as it is; that page is seen anew', () => {
    paging();
    m.map(VA, ONE, RWX);
    m.map(VA + PAGE, ONE, RWX);
    execute(ld(1, 0, A0));
    m.map(VA + PAGE, TWO, RWX);
    m.hart.setX(A1, VA + PAGE);
    execute(ld(1, 0, A1));
    expect(m.hart.x(1)).toBe(2n);
  });

  test.each([
    ['a superpage', 0n, 1, 0x20_0000n],
    ['a NAPOT page', PTE.N, 0, 0x1_0000n],
  ])('of one address of %s forgets all of it', (_, extra, level, size) => {
    paging();
    const other = VA + 0xf000n;
    if (level === 0) for (let va = VA; va < VA + size; va += PAGE) m.map(va, RAM + 0x8000n, USED | PTE.R, { extra });
    else m.map(VA, RAM, USED | PTE.R, { level });
    m.write64(RAM + 0xf000n, level === 0 ? 0n : 3n);
    m.hart.setX(A1, other);
    expect(execute(ld(1, 0, A1))).toBe(level === 0 ? 0n : 3n);
    if (level === 0) for (let va = VA; va < VA + size; va += PAGE) m.map(va, TWO, 0n);
    else m.map(VA, RAM, 0n, { level });
    m.program(SFENCE_A0, ld(1, 0, A1));
    m.run(1);
    expect(m.trapOfNext()?.cause).toBe(CAUSE.loadPageFault);
  });

  test('of one address in the upper half forgets superpages there too', () => {
    const high = BigInt.asUintN(64, -1n << 30n);
    paging();
    m.map(high, RAM, USED | PTE.R, { level: 1 });
    m.hart.setX(A0, high);
    m.hart.setX(A1, high + 0x1_0000n);
    expect(execute(ld(1, 0, A1))).toBe(1n);
    m.map(high, RAM, 0n, { level: 1 });
    m.program(SFENCE_A0, ld(1, 0, A1));
    m.run(1);
    expect(m.trapOfNext()?.cause).toBe(CAUSE.loadPageFault);
  });
});

describe('what else may not go by an old translation', () => {
  test('a write to satp', () => {
    paging();
    m.map(VA, ONE, RWX);
    execute(ld(1, 0, A0));
    m.hart.setX(A1, m.hart.get('satp'));
    m.map(VA, TWO, RWX);
    expect(execute(asm('csrrw', { rd: 0, csr: CSR.satp, rs1: A1 }), ld(1, 0, A0))).toBe(2n);
  });

  test('mstatus.SUM, both ways', () => {
    paging();
    m.map(VA, ONE, USED | PTE.R | PTE.U);
    m.hart.setX(A1, MSTATUS.SUM);
    const set = asm('csrrs', { rd: 0, csr: CSR.sstatus, rs1: A1 });
    const clear = asm('csrrc', { rd: 0, csr: CSR.sstatus, rs1: A1 });
    m.program(set, ld(1, 0, A0), clear, ld(1, 0, A0));
    m.run(3);
    expect(m.hart.x(1)).toBe(1n);
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.loadPageFault, epc: PROGRAM + 12n });
  });

  test('mstatus.MXR, both ways', () => {
    paging();
    m.map(VA, ONE, USED | PTE.X);
    m.hart.setX(A1, MSTATUS.MXR);
    m.program(
      asm('csrrs', { rd: 0, csr: CSR.sstatus, rs1: A1 }),
      ld(1, 0, A0),
      asm('csrrc', { rd: 0, csr: CSR.sstatus, rs1: A1 }),
      ld(1, 0, A0),
    );
    m.run(3);
    expect(m.hart.x(1)).toBe(1n);
    expect(m.trapOfNext()?.cause).toBe(CAUSE.loadPageFault);
  });

  test('a change of mode', () => {
    paging();
    m.map(VA, ONE, USED | PTE.R | PTE.W);
    m.map(PROGRAM, PROGRAM, RWX | PTE.U);
    m.mode = MODE.M;
    m.program(asm('mret'), ld(1, 0, A0));
    m.setField('mepc', PROGRAM + 4n);
    m.run(1);
    expect(m.mode).toBe(MODE.U);
    expect(m.trapOfNext()?.cause).toBe(CAUSE.loadPageFault);
  });

  test('MPRV: data as MPP sees it, with its rights; instructions as M-mode does', () => {
    m.paging();
    m.map(VA, ONE, USED | PTE.R);
    m.setStatus(MSTATUS.MPRV | (BigInt(MODE.S) << 11n));
    m.program(ld(1, 0, A0), sd(1, 0, A0));
    m.run(1);
    expect(m.hart.x(1)).toBe(1n);
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.storePageFault, tval: VA, epc: PROGRAM + 4n });
  });

  test('a PMP entry that was changed', () => {
    m.hart.setX(A0, ONE);
    m.hart.setX(A1, 0x98n);
    m.setField('pmpaddr', (ONE >> 2n) | 511n);
    m.program(ld(1, 0, A0), asm('csrrs', { rd: 0, csr: CSR.pmpcfg0, rs1: A1 }), ld(1, 0, A0));
    m.run(2);
    expect(m.trapOfNext()?.cause).toBe(CAUSE.loadAccessFault);
  });
});

test('pages whose entries coincide do not get in each other s way', () => {
  paging();
  const far = VA + PAGE * BigInt(TLB_ENTRIES);
  m.map(VA, ONE, RWX);
  m.map(far, TWO, RWX);
  m.hart.setX(A1, far);
  for (let i = 0; i < 2; i++) {
    expect(execute(ld(1, 0, A0))).toBe(1n);
    expect(execute(ld(1, 0, A1))).toBe(2n);
  }
});

test('a page that was read is not thereby writable', () => {
  paging();
  m.map(VA, ONE, USED | PTE.R);
  m.program(ld(1, 0, A0), sd(1, 0, A0));
  m.run(1);
  expect(m.trapOfNext()?.cause).toBe(CAUSE.storePageFault);
});

test('entering a page for writing marks it dirty and no longer code; reading leaves its state', () => {
  m.hart.setX(A0, ONE);
  execute(ld(1, 0, A0));
  expect(m.pageState(ONE)).toBe(0);
  expect(m.pageState(PROGRAM)).toBe(PAGE_STATE.code);
  m.hart.setX(A0, PROGRAM + 0x800n);
  execute(sd(1, 0, A0));
  expect(m.pageState(PROGRAM)).toBe(PAGE_STATE.dirty);
});

test('the sets lie one behind the other', () => {
  const sets = Object.values(TLB_SET).map((set) => DATA_TLB + set * TLB_SET_SIZE);
  expect(sets).toEqual(sets.toSorted((a, b) => a - b));
  expect(Math.max(...sets) + TLB_SET_SIZE).toBe(FETCH_TLB);
  // An empty entry's tag belongs to a page that looks elsewhere
  m.hart.fence(false, true);
  for (let at = DATA_TLB; at < FETCH_TLB; at += TLB_ENTRY) {
    const tag = m.view.getBigUint64(hartBase(m.layout, 0) + at, true);
    const index = ((at - DATA_TLB) / TLB_ENTRY) % TLB_ENTRIES;
    expect(Number((tag >> 12n) % BigInt(TLB_ENTRIES)) === index && tag % PAGE === 0n).toBe(false);
  }
});
