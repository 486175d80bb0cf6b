// That the text is what GNU objdump writes is the business of tests/differential/assembler.test.ts.
import { describe, expect, test } from 'vitest';
import { csrName, disassemble } from './disassemble.ts';

const PC = 0x8000_0000n;

describe('disassemble', () => {
  test.each([
    [0xff01_0113, 'addi sp,sp,-16'],
    [0x1141, 'c.addi sp,-16'],
    [0x0081_3083, 'ld ra,8(sp)'],
    [0x0011_3423, 'sd ra,8(sp)'],
    [0xffff_f537, 'lui a0,0xfffff'],
    [0x0035_1513, 'slli a0,a0,0x3'],
    [0x06b6_252f, 'amoadd.w.aqrl a0,a1,(a2)'],
    [0x1206_352f, 'lr.d.rl a0,(a2)'],
    [0x00c5_f553, 'fadd.s fa0,fa1,fa2'],
    [0xc225_1553, 'fcvt.l.d a0,fa0,rtz'],
    [0x4205_8553, 'fcvt.d.s fa0,fa1'],
    [0x3005_9573, 'csrrw a0,mstatus,a1'],
    [0x1232_d573, 'csrrwi a0,0x123,5'],
    [0x0310_000f, 'fence rw,w'],
    [0x0000_0073, 'ecall'],
  ])('%s', (word, text) => {
    expect(disassemble(word, PC)).toBe(text);
  });

  test('resolves targets of jumps, modulo 2^64', () => {
    expect(disassemble(0xfe1f_f06f, PC)).toBe('jal zero,0x7fffffe0');
    expect(disassemble(0xfe1f_f06f, 0n)).toBe('jal zero,0xffffffffffffffe0');
    expect(disassemble(0xb7ed, PC)).toBe('c.j 0x7fffffea');
  });

  test('writes what is no instruction as data', () => {
    expect(disassemble(0, PC)).toBe('.2byte 0x0000');
    expect(disassemble(0xffff_ffff, PC)).toBe('.4byte 0xffffffff');
  });

  test('takes aliases and expansions on request', () => {
    const text = (word: number) => disassemble(word, PC, { aliases: true });
    expect([0x13, 0x8082, 0x8067, 0x852e, 0x4505, 0x1141, 0xc010_2573].map(text)).toEqual([
      ...['nop', 'ret', 'ret', 'mv a0,a1', 'li a0,1', 'addi sp,sp,-16', 'rdtime a0'],
    ]);
  });
});

test('csrName forms the names of CSRs that come in rows', () => {
  expect([0x3a0, 0x3af, 0x3ef, 0xb1f, 0xc1f, 0x33f, 0xc01, 0x5c0].map(csrName)).toEqual([
    ...['pmpcfg0', 'pmpcfg15', 'pmpaddr63', 'mhpmcounter31', 'hpmcounter31', 'mhpmevent31', 'time', '0x5c0'],
  ]);
});
