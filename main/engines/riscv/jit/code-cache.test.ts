import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, csrrc, csrrs, ld, sd } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, PROGRAM, PTE, RAM, RWX } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, CSR, MODE } from '../isa/csr.ts';
import { largestRam, PAGE_SIZE } from '../memory/layout.ts';

const PAGE = BigInt(PAGE_SIZE);
const FENCE_I = asm('fence.i');
const op = (name: string, rd: number, rs1: number, rs2: number) => asm(name, { rd, rs1, rs2 });
const jump = (imm: number, rd = 0) => asm('jal', { rd, imm });
/** Adds 1 to x1, for ever. */
const COUNT = [addi(1, 1, 1), jump(-4)];

let m: BareHart;
const statistics = () => m.compiler!.cache.statistics;
const compiledSteps = () => Number(m.hart.get('compiledSteps'));

beforeEach(() => {
  m = new BareHart({ compileAt: 3 });
});

describe('compiled code', () => {
  test('runs what is hot, instruction for instruction', () => {
    m.program(...COUNT);
    m.run(1000);
    expect(m.hart.x(1)).toBe(500n);
    expect(m.steps).toBe(1000);
    expect(compiledSteps()).toBeGreaterThan(900);
  });

  test('is left to the interpreter where fuel does not last for a block, and stops exactly there', () => {
    m.program(addi(1, 1, 1), addi(2, 2, 1), addi(3, 3, 1), jump(-12));
    m.run(400);
    for (let fuel = 1; fuel < 12; fuel++) {
      const before = m.steps;
      m.run(fuel);
      expect(m.steps - before).toBe(fuel);
      expect(m.hart.x(1) + m.hart.x(2) + m.hart.x(3)).toBe(BigInt(m.steps - Math.floor(m.steps / 4)));
    }
  });

  test('is forgotten when a page has changed by the time of a fence.i, and compiled anew', () => {
    m.program(...COUNT);
    m.run(100);
    const { regions } = statistics();
    m.poke(PROGRAM, addi(1, 1, 2));
    m.hart.fence(true, false);
    m.pc = PROGRAM;
    const before = m.hart.x(1);
    m.run(100);
    expect(m.hart.x(1) - before).toBe(100n);
    expect(statistics().regions).toBeGreaterThan(regions);
  });

  test('stays where a page did not change', () => {
    m.program(...COUNT);
    m.run(100);
    const { regions } = statistics();
    m.hart.fence(true, false);
    m.run(100);
    expect(statistics().regions).toBe(regions);
  });

  test('of a program that rewrites itself, and says so by fence.i, does what was written last', () => {
    // x1 += n, then n becomes n + 1 by rewriting the immediate of the first instruction
    const step = 1 << 20;
    m.hart.setX(5, PROGRAM);
    m.hart.setX(6, BigInt(addi(1, 1, 1)));
    m.hart.setX(7, BigInt(step));
    m.program(
      addi(1, 1, 1),
      asm('addw', { rd: 6, rs1: 6, rs2: 7 }),
      asm('sw', { rs1: 5, rs2: 6, imm: 0 }),
      FENCE_I,
      jump(-16),
    );
    m.run(5 * 100);
    expect(m.hart.x(1)).toBe(5050n);
  });

  test('of a page that keeps changing is not compiled each time', () => {
    m = new BareHart({ compileAt: 1 });
    for (let version = 0; version < 500; version++) {
      m.program(addi(1, 1, version & 0x3ff), jump(-4));
      m.run(20);
    }
    expect(statistics().regions).toBeLessThan(60);
    expect(statistics().refused).toBeGreaterThan(100);
  });

  test('is the same for one page at many addresses', () => {
    m.program(...COUNT);
    m.paging();
    const aliases = Array.from({ length: 8 }, (_, i) => 0x4000_0000n + BigInt(i) * PAGE);
    for (const va of [PROGRAM, ...aliases]) m.map(va, PROGRAM, RWX);
    m.mode = 1;
    for (const va of aliases) {
      m.pc = va;
      m.run(50);
    }
    expect(m.hart.x(1)).toBe(200n);
    expect(m.pc & -PAGE).toBe(aliases.at(-1));
    expect(statistics().regions).toBeLessThan(3);
  });

  test('faults where the interpreter would, with nothing of the instruction done', () => {
    m.program(addi(5, 5, 8), ld(6, 0, 5), addi(1, 1, 1), jump(-12));
    m.paging();
    m.map(PROGRAM, PROGRAM, RWX);
    m.map(0x5000_0000n, RAM + 0x8000n, RWX);
    m.mode = 1;
    m.hart.setX(5, 0x5000_0000n);
    m.run(4 * 511 + 1);
    const at = m.hart.x(1);
    const trap = m.trapOfNext();
    expect(trap).toEqual({ cause: 13, tval: 0x5000_1000n, epc: PROGRAM + 4n });
    expect(m.hart.x(1)).toBe(at);
  });

  test('leaves the very last instruction of the address space to the interpreter, as any other', () => {
    const last = 0xffff_ffff_ffff_f000n;
    const page = RAM + 0x8000n;
    // Execution runs from the end of the address space on to its start, and back
    m.poke(page + PAGE - 2n, asm('c.addi', { rd: 1, rs1: 1, imm: 1 }));
    m.poke(page, jump(-2));
    m.paging();
    m.map(last, page, RWX);
    m.map(0n, page, RWX);
    m.mode = 1;
    m.hart.fence(true, true);
    m.pc = last + PAGE - 2n;
    for (let i = 0; i < 40; i++) m.run(1 + (i % 3));
    expect(m.hart.x(1)).toBe(BigInt(Math.ceil(m.steps / 2)));
    expect(compiledSteps()).toBeGreaterThan(0);
  });

  test('reaches the last byte of RAM as large as it may be, and no further', () => {
    const ramSize = largestRam(1);
    m = new BareHart({ compileAt: 3, ramSize });
    const end = RAM + BigInt(ramSize);
    m.program(addi(5, 5, 8), sd(1, -8, 5), ld(6, -8, 5), addi(1, 1, 1), jump(-16));
    m.hart.setX(5, end - 2n * PAGE);
    m.run(5 * 1024);
    expect(m.hart.x(1)).toBe(1024n);
    expect(m.hart.x(6)).toBe(1023n);
    expect(m.read64(end - 8n)).toBe(1023n);
    expect(m.read64(end - PAGE)).toBe(512n);
    expect(compiledSteps()).toBeGreaterThan(4500);
    m.run(1);
    expect(m.trapOfNext()).toEqual({ cause: CAUSE.storeAccessFault, tval: end, epc: PROGRAM + 4n });
  });

  test('bails out of a loop again and again where its page may not be accessed as a whole (PMP)', () => {
    m.program(addi(5, 5, 8), ld(6, -8, 5), addi(1, 1, 1), jump(-12));
    const data = RAM + 0x8000n;
    // Nothing may be loaded from the second half of the page, but by M-mode
    m.pmp(0, 0x18, (data + 0x800n + 0x3ffn) >> 2n);
    m.mode = MODE.S;
    m.hart.setX(5, data);
    m.run(4 * 256 + 1);
    expect(m.hart.x(1)).toBe(256n);
    expect(m.trapOfNext()).toEqual({ cause: CAUSE.loadAccessFault, tval: data + 0x800n, epc: PROGRAM + 4n });
  });

  test('loads from devices, one after the other, each once', () => {
    const asked: number[] = [];
    m = new BareHart({ compileAt: 1, host: { load: (address) => asked.push(address) } });
    m.program(asm('lw', { rd: 6, rs1: 5 }), op('add', 7, 7, 6), addi(1, 1, 1), jump(-12));
    m.hart.setX(5, 0x1000_0000n);
    m.run(400);
    expect(asked.length).toBe(100);
    expect(m.hart.x(7)).toBe(5050n);
  });

  test('sees a page through SUM as it is at each access', () => {
    const user = 0x5000_0000n;
    const [sum, mxr] = [1n << 18n, 1n << 19n];
    // SUM is switched on and off around the load; without it the page is the user's
    m.program(csrrs(0, CSR.sstatus, 8), ld(6, 0, 5), csrrc(0, CSR.sstatus, 8), addi(1, 1, 1), jump(-16));
    m.paging();
    m.map(PROGRAM, PROGRAM, RWX);
    m.map(user, RAM + 0x8000n, RWX | PTE.U);
    m.mode = MODE.S;
    m.hart.setX(5, user);
    m.hart.setX(8, sum);
    m.run(500);
    expect(m.hart.x(1)).toBe(100n);
    m.hart.setX(8, mxr);
    m.run(1);
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.loadPageFault, tval: user });
  });

  test('that writes its own page goes on with the old code until a fence.i', () => {
    m.hart.setX(5, PROGRAM);
    m.program(...COUNT, sd(6, 0, 5));
    m.run(100);
    m.poke(PROGRAM, addi(1, 1, 100));
    const before = m.hart.x(1);
    m.run(2);
    expect(m.hart.x(1) - before).toBe(1n);
  });

  test('is dropped whole, and comes back', () => {
    m.program(...COUNT);
    m.run(100);
    m.compiler!.cache.flush();
    const before = compiledSteps();
    m.run(2);
    expect(compiledSteps()).toBe(before);
    m.run(100);
    expect(compiledSteps()).toBeGreaterThan(before);
    expect(m.hart.x(1)).toBe(101n);
  });

  test('ends with a reset', () => {
    m.program(...COUNT);
    m.run(100);
    m.reset();
    m.program(addi(1, 1, 5), jump(-4));
    m.run(100);
    expect(m.hart.x(1)).toBe(250n);
  });
});
