import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, ECALL, sd } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, PROGRAM, RAM } from '../../../../tests/fixtures/bare-hart.ts';

const DATA = RAM + 0x1_0000n;
const A0 = 10;
const A1 = 11;
const A2 = 12;
const lr = (size: 'w' | 'd', rd: number, rs1: number) => asm(`lr.${size}`, { rd, rs1 });
const sc = (size: 'w' | 'd', rd: number, rs1: number, rs2: number) => asm(`sc.${size}`, { rd, rs1, rs2 });

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
  m.hart.setX(A0, DATA);
  m.hart.setX(A1, 0x1111_2222_3333_4444n);
  m.hart.setX(A2, DATA + 8n);
});

/** Runs the words one after the other from PROGRAM. */
function execute(...words: number[]): void {
  m.program(...words);
  m.run(words.length);
}

describe('LR and SC', () => {
  test('a pair succeeds, and stores', () => {
    m.write64(DATA, -2n);
    execute(lr('d', 1, A0), sc('d', 2, A0, A1));
    expect([m.hart.x(1), m.hart.x(2), m.read64(DATA)]).toEqual([0xffff_ffff_ffff_fffen, 0n, 0x1111_2222_3333_4444n]);
  });

  test('words are sign-extended, and their neighbour is left alone', () => {
    m.write64(DATA, 0x5555_5555_8000_0000n);
    execute(lr('w', 1, A0), sc('w', 2, A0, A1));
    expect([m.hart.x(1), m.hart.x(2), m.read64(DATA)]).toEqual([0xffff_ffff_8000_0000n, 0n, 0x5555_5555_3333_4444n]);
  });

  test.each([
    ['without LR', [sc('d', 2, A0, A1)]],
    ['a second time', [lr('d', 1, A0), sc('d', 3, A0, 0), sc('d', 2, A0, A1)]],
    ['behind a failed one', [lr('d', 1, A0), sc('d', 3, A2, A1), sc('d', 2, A0, A1)]],
    ['to another address', [lr('d', 1, A2), sc('d', 2, A0, A1)]],
    ['of another size', [lr('w', 1, A0), sc('d', 2, A0, A1)]],
    ['after a store of something else', [lr('d', 1, A0), sd(A2, 0, A0), sc('d', 2, A0, A1)]],
  ])('SC fails %s, and does not store', (_, words) => {
    execute(...words);
    expect(m.hart.x(2)).toBe(1n);
    expect(m.read64(DATA)).not.toBe(0x1111_2222_3333_4444n);
  });

  test('SC fails behind a trap', () => {
    m.program(lr('d', 1, A0), ECALL, sc('d', 2, A0, A1));
    m.run(2);
    m.pc = PROGRAM + 8n;
    m.run(1);
    expect([m.hart.x(2), m.read64(DATA)]).toEqual([1n, 0n]);
  });

  test('SC fails where another hart has written in between', () => {
    m.program(lr('d', 1, A0), sc('d', 2, A0, A1));
    m.run(1);
    m.write64(DATA, 9n);
    m.run(1);
    expect([m.hart.x(2), m.read64(DATA)]).toEqual([1n, 9n]);
  });

  test('a slice that ends in between does not matter', () => {
    m.program(lr('d', 1, A0), addi(3, 0, 1), sc('d', 2, A0, A1));
    for (let i = 0; i < 3; i++) m.run(1);
    expect(m.hart.x(2)).toBe(0n);
  });
});

describe('AMO', () => {
  const ordered = (a: bigint, b: bigint): readonly [bigint, bigint] => (a < b ? [a, b] : [b, a]);
  type Combine = (memory: bigint, register: bigint) => bigint;
  const KINDS: Readonly<Record<string, Combine>> = {
    swap: (_, b) => b,
    add: (a, b) => a + b,
    xor: (a, b) => a ^ b,
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    min: (a, b) => ordered(a, b)[0],
    max: (a, b) => ordered(a, b)[1],
    minu: (a, b) => (BigInt.asUintN(64, a) < BigInt.asUintN(64, b) ? a : b),
    maxu: (a, b) => (BigInt.asUintN(64, a) > BigInt.asUintN(64, b) ? a : b),
  };
  const VALUES = [
    0n,
    1n,
    -1n,
    0x7fff_ffffn,
    0x8000_0000n,
    0xffff_ffffn,
    (1n << 63n) - 1n,
    -(1n << 63n),
    0x1234_5678_9abc_def0n,
  ];

  test.each(
    Object.keys(KINDS).flatMap((kind) => [
      [kind, 'w', 32],
      [kind, 'd', 64],
    ]) as [string, string, 32 | 64][],
  )('amo%s.%s', (kind, suffix, bits) => {
    const combine = KINDS[kind] as Combine;
    m.program(asm(`amo${kind}.${suffix}`, { rd: 1, rs1: A0, rs2: A1 }));
    for (const memory of VALUES) {
      for (const register of VALUES) {
        m.write64(DATA, memory);
        m.hart.setX(A1, register);
        m.pc = PROGRAM;
        m.run(1);
        const before = BigInt.asIntN(bits, memory);
        expect(BigInt.asIntN(64, m.hart.x(1)), `${memory} ${register}`).toBe(before);
        const after = BigInt.asUintN(bits, combine(before, BigInt.asIntN(bits, register)));
        const upper = bits === 32 ? (BigInt.asUintN(64, memory) >> 32n) << 32n : 0n;
        expect(m.read64(DATA), `${memory} ${register}`).toBe(upper | after);
      }
    }
  });

  test('rd may be rs1 or rs2', () => {
    m.write64(DATA, 5n);
    execute(asm('amoadd.d', { rd: A1, rs1: A0, rs2: A1 }), asm('amoswap.d', { rd: A0, rs1: A0, rs2: A1 }));
    expect([m.hart.x(A1), m.hart.x(A0), m.read64(DATA)]).toEqual([5n, 0x1111_2222_3333_4449n, 5n]);
  });

  test('rd = x0 stays zero', () => {
    m.write64(DATA, 5n);
    execute(asm('amoadd.d', { rd: 0, rs1: A0, rs2: A1 }), addi(1, 0, 0));
    expect([m.hart.x(0), m.hart.x(1)]).toEqual([0n, 0n]);
  });
});
