import { describe, expect, test } from 'vitest';
import { addi, asm, ld, sd } from '../../../../tests/fixtures/assemble.ts';
import {
  enableAdUpdates,
  machine,
  mapPage,
  open,
  PROGRAM,
  pte,
  read64,
  trapOf,
  write64,
} from '../../../../tests/fixtures/oracle-machine.ts';
import { CAUSE, ENVCFG, MODE } from '../isa/csr.ts';
import { PMPCFG } from './pmp.ts';
import { PTE } from './translate.ts';

const AT = PROGRAM + 0x1000n;
const VALUE = 0x1122_3344_5566_7788n;
const RW = PTE.V | PTE.R | PTE.W | PTE.A | PTE.D;
const CODE = PTE.V | PTE.X | PTE.A;

/** x1 = AT, x2 = VALUE. */
function ready(...program: number[]) {
  const m = open(machine(program));
  m.x[1] = AT;
  m.x[2] = VALUE;
  return m;
}

describe('plain accesses', () => {
  test('may be misaligned, also across pages', () => {
    const m = ready(sd(2, -3, 1), ld(3, -3, 1), asm('lh', { rd: 4, imm: -1, rs1: 1 }));
    m.run(3);
    expect([m.x[3], m.x[4]]).toEqual([VALUE, 0x5566n]);
    expect([...m.ram.slice(0xffd, 0x1005)]).toEqual([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
  });

  test.each([
    ['first', AT - 3n],
    ['second', AT],
  ] as const)('across pages write nothing where the %s faults, and name its first byte', (which, tval) => {
    const m = ready(sd(2, -3, 1));
    const [bad, good] = which === 'first' ? [AT - 0x1000n, AT] : [AT, AT - 0x1000n];
    m.pc = PROGRAM + 0x3000n;
    m.ram.copyWithin(0x3000, 0, 4);
    const leaf = mapPage(m, good, pte(good, RW));
    write64(m, leaf + (bad - good) / 512n, 0n);
    write64(m, leaf + (m.pc - good) / 512n, pte(m.pc, CODE));
    m.mode = MODE.S;
    const data = () => [...m.ram.slice(0, 0x2000)];
    const before = data();
    expect(trapOf(m)).toEqual({ cause: CAUSE.storePageFault, tval });
    expect(data()).toEqual(before);
  });

  test('outside RAM go to devices, aligned, or fault', () => {
    const stores: [bigint, number, bigint][] = [];
    const mmio = {
      load: (address: bigint, size: number) => (address === 0x1000_0000n ? BigInt(size) : undefined),
      store: (address: bigint, size: number, value: bigint) => stores.push([address, size, value]) > 0,
    };
    const m = machine([asm('lw', { rd: 3, rs1: 1 }), sd(2, 8, 1), ld(3, 1, 1), ld(3, 8, 1)], { mmio });
    m.x[1] = 0x1000_0000n;
    m.x[2] = VALUE;
    m.run(2);
    expect([m.x[3], stores]).toEqual([4n, [[0x1000_0008n, 8, VALUE]]]);
    expect(trapOf(m)).toEqual({ cause: CAUSE.loadAccessFault, tval: 0x1000_0001n });
    m.pc = PROGRAM + 12n;
    expect(trapOf(m)).toEqual({ cause: CAUSE.loadAccessFault, tval: 0x1000_0008n });
  });
});

describe('atomics', () => {
  const LR = asm('lr.d', { rd: 3, rs1: 1 });
  const SC = asm('sc.d', { rd: 4, rs1: 1, rs2: 2 });

  test('SC stores once after LR', () => {
    const m = ready(LR, SC, SC);
    m.run(2);
    expect([m.x[4], read64(m, AT)]).toEqual([0n, VALUE]);
    m.run(1);
    expect(m.x[4]).toBe(1n);
  });

  test.each([
    ['another size', [LR, asm('sc.w', { rd: 4, rs1: 1, rs2: 2 })]],
    ['another address', [LR, addi(1, 1, 8), SC]],
    ['a changed value', [LR, sd(2, 0, 1), SC]],
    ['no reservation', [SC]],
  ])('SC fails: %s', (_, program) => {
    const m = ready(...program);
    m.run(program.length);
    expect(m.x[4]).toBe(1n);
  });

  test('SC fails after a trap', () => {
    const m = ready(LR, asm('ecall'), SC);
    m.mtvec = PROGRAM + 8n;
    m.run(3);
    expect(m.x[4]).toBe(1n);
  });

  test.each([
    ['lr.w', CAUSE.loadAddressMisaligned],
    ['sc.d', CAUSE.storeAddressMisaligned],
    ['amoadd.w', CAUSE.storeAddressMisaligned],
  ])('%s must be aligned', (name, cause) => {
    const m = ready(asm(name, { rd: 3, rs1: 1 }));
    m.x[1] = AT + 2n;
    expect(trapOf(m)).toEqual({ cause, tval: AT + 2n });
  });

  test.each([
    ['amoswap.w', 5n, 0xffff_ffff_0000_0005n],
    ['amoadd.w', 7n, 0xffff_ffff_8000_0007n],
    ['amomin.w', 7n, 0xffff_ffff_8000_0000n],
    ['amomax.w', 7n, 0xffff_ffff_0000_0007n],
    ['amominu.w', 7n, 0xffff_ffff_0000_0007n],
    ['amomaxu.w', 7n, 0xffff_ffff_8000_0000n],
    ['amoxor.d', 1n, 0xffff_ffff_8000_0001n],
  ])('%s', (name, operand, result) => {
    const m = ready(asm(name, { rd: 3, rs1: 1, rs2: 2 }));
    write64(m, AT, 0xffff_ffff_8000_0000n);
    m.x[2] = operand;
    m.run(1);
    expect(m.x[3]).toBe(0xffff_ffff_8000_0000n);
    expect(read64(m, AT)).toBe(result);
  });

  test('do not work on devices', () => {
    const m = machine([LR, asm('amoadd.w', { rd: 3, rs1: 1 })], { mmio: { load: () => 1n, store: () => true } });
    m.x[1] = 0x1000n;
    expect(trapOf(m)).toEqual({ cause: CAUSE.loadAccessFault, tval: 0x1000n });
    m.pc = PROGRAM + 4n;
    expect(trapOf(m)).toEqual({ cause: CAUSE.storeAccessFault, tval: 0x1000n });
  });
});

describe('cache blocks', () => {
  test('CBO.ZERO clears the block that the address is in', () => {
    const m = ready(asm('cbo.zero', { rs1: 1 }));
    m.ram.fill(0xff, 0x1000, 0x1100);
    m.x[1] = AT + 0x7fn;
    m.run(1);
    expect([...m.ram.slice(0x1000, 0x1100)].map((b, i) => (b === 0 ? i : -1)).filter((i) => i >= 0)).toEqual(
      Array.from({ length: 64 }, (_, i) => 0x40 + i),
    );
  });

  test.each([
    ['cbo.zero', ENVCFG.CBZE],
    ['cbo.clean', ENVCFG.CBCFE],
    ['cbo.flush', ENVCFG.CBCFE],
    ['cbo.inval', ENVCFG.CBIE],
  ])('%s below M-mode needs menvcfg, and below S-mode senvcfg', (name, enable) => {
    const legal = (mode: 0 | 1 | 3, menvcfg: bigint, senvcfg: bigint): boolean => {
      const m = ready(asm(name, { rs1: 1 }));
      Object.assign(m, { mode, menvcfg, senvcfg });
      return trapOf(m)?.cause !== CAUSE.illegalInstruction;
    };
    expect([legal(MODE.M, 0n, 0n), legal(MODE.S, 0n, enable), legal(MODE.S, enable, 0n)]).toEqual([true, false, true]);
    expect([legal(MODE.U, enable, 0n), legal(MODE.U, 0n, enable), legal(MODE.U, enable, enable)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('management reads, and faults as a store', () => {
    const m = ready(asm('cbo.flush', { rs1: 1 }));
    m.menvcfg = ENVCFG.CBCFE;
    enableAdUpdates(m);
    const leaf = mapPage(m, PROGRAM, pte(PROGRAM, CODE));
    write64(m, leaf + 8n, pte(AT, PTE.V | PTE.R));
    m.mode = MODE.S;
    m.x[1] = AT + 5n;
    expect(trapOf(m)).toBeUndefined();
    expect(read64(m, leaf + 8n)).toBe(pte(AT, PTE.V | PTE.R | PTE.A));
    write64(m, leaf + 8n, pte(AT, PTE.V | PTE.X));
    m.pc = PROGRAM;
    expect(trapOf(m)).toEqual({ cause: CAUSE.storePageFault, tval: AT + 5n });
  });

  test('PMP sees the whole block', () => {
    const m = ready(asm('cbo.zero', { rs1: 1 }));
    m.pmpcfg[0] = 0x10 | PMPCFG.R | PMPCFG.W;
    m.pmpaddr[0] = (AT + 32n) >> 2n;
    expect(trapOf(m)).toEqual({ cause: CAUSE.storeAccessFault, tval: AT });
  });
});
