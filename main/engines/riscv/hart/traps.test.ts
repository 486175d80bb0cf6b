import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, csrrc, csrrs, MRET, SRET } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, HANDLER, PROGRAM } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, CSR, IRQ, MODE, MSTATUS } from '../isa/csr.ts';
import { CLINT_BASE, EXIT } from '../memory/layout.ts';

const bit = (n: number): bigint => 1n << BigInt(n);
const A0 = 10;

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
});

describe('what a mode may not do', () => {
  test.each([
    ['sfence.vma', asm('sfence.vma'), true],
    ['sinval.vma', asm('sinval.vma'), true],
    ['sfence.w.inval', asm('sfence.w.inval'), false],
    ['sfence.inval.ir', asm('sfence.inval.ir'), false],
  ])('%s in S-mode with TVM', (_, word, illegal) => {
    m.setStatus(MSTATUS.TVM);
    m.mode = MODE.S;
    m.poke(PROGRAM, word);
    expect(m.trapOfNext()?.cause).toBe(illegal ? CAUSE.illegalInstruction : undefined);
  });

  test.each(['sfence.vma', 'sinval.vma', 'sfence.w.inval', 'sfence.inval.ir', 'sret', 'mret', 'wfi'])(
    '%s in U-mode',
    (name) => {
      m.mode = MODE.U;
      m.poke(PROGRAM, asm(name));
      expect(m.trapOfNext()).toEqual({ cause: CAUSE.illegalInstruction, tval: BigInt(asm(name)), epc: PROGRAM });
    },
  );
});

describe('interrupts from elsewhere', () => {
  test('read-modify-write of mip leaves the wires of the external controller out', () => {
    m.lines(bit(IRQ.sei));
    m.hart.setX(A0, bit(IRQ.ssi));
    m.poke(PROGRAM, csrrs(1, CSR.mip, A0), csrrc(2, CSR.mip, A0), csrrs(3, CSR.mip, 0));
    m.run(2);
    expect(m.hart.x(1)).toBe(bit(IRQ.sei));
    m.lines(0n);
    m.run(1);
    expect([m.hart.x(2), m.hart.x(3)]).toEqual([bit(IRQ.sei) | bit(IRQ.ssi), 0n]);
  });

  test('an SSIP that another hart raised is gone once software clears it, though the slice goes on', () => {
    let looked = 0;
    // A read of a device stands for whatever makes time pass within a slice
    m = new BareHart({
      host: {
        load: () => {
          if (looked++ === 0) m.lines(bit(IRQ.ssi));
          return 0;
        },
      },
    });
    m.setField('mideleg', bit(IRQ.ssi));
    m.setField('mie', bit(IRQ.ssi));
    m.setStatus(MSTATUS.SIE);
    m.mode = MODE.S;
    m.hart.setX(A0, 0x1000_0000n);
    m.poke(PROGRAM, asm('lw', { rd: 1, rs1: A0, imm: 0 }), addi(2, 2, 1), addi(2, 2, 1));
    m.poke(HANDLER, addi(3, 3, 1), asm('csrrci', { rd: 0, csr: CSR.sip, uimm: 2 }), SRET);
    m.run(6);
    expect([m.hart.x(2), m.hart.x(3)]).toEqual([2n, 1n]);
  });

  test('a store to mtimecmp ends the slice, so that MTIP and the next deadline are worked out anew', () => {
    m = new BareHart({
      host: {
        store: (_address, _size, value) => {
          m.view.setUint32(CLINT_BASE, value, true);
          m.view.setUint32(CLINT_BASE + 4, 0, true);
          return true;
        },
      },
    });
    m.now = 100;
    m.setField('mie', bit(IRQ.mti));
    m.view.setBigUint64(CLINT_BASE, 50n, true);
    m.setStatus(MSTATUS.MIE);
    m.hart.setX(A0, 0x200_4000n);
    m.hart.setX(11, 200n);
    m.poke(HANDLER, asm('sw', { rs2: 11, rs1: A0, imm: 0 }), MRET);
    m.poke(PROGRAM, addi(2, 2, 1), addi(2, 2, 1));
    expect(m.run(10)).toBe(EXIT.slice);
    expect(m.steps).toBe(1);
    m.run(3);
    expect([m.hart.x(2), m.steps]).toEqual([2n, 4]);
  });
});
