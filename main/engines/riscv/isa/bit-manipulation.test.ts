// Zba, Zbb, Zbc, Zbs and Zicond are written with few operations and some wit; here their rows run on bigints against
// what the specification says, bit by bit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ops } from './ops.ts';
import { BY_NAME, INSTRUCTIONS } from './table.ts';

const u64 = (v: bigint): bigint => BigInt.asUintN(64, v);
const s64 = (v: bigint): bigint => BigInt.asIntN(64, v);
const bool = (v: boolean): bigint => (v ? 1n : 0n);
const bits = (v: bigint, width: number): string => v.toString(2).padStart(width, '0');
const carryless = (a: bigint, b: bigint): bigint => {
  let product = 0n;
  for (let i = 0n; i < 64n; i++) if ((b >> i) & 1n) product ^= a << i;
  return product;
};

/** rs1 and rs2 are the registers 1 and 2, rd is 3. */
function run(name: string, rs1: bigint, rs2: bigint, imm = 0n): bigint {
  const registers = [0n, rs1, rs2, 0n];
  const known: Partial<Ops<bigint, number>> = {
    let: (v) => v,
    k: u64,
    x: (r) => registers[r] ?? 0n,
    setX: (r, v) => {
      registers[r] = v;
    },
    add: (a, b) => u64(a + b),
    sub: (a, b) => u64(a - b),
    mul: (a, b) => u64(a * b),
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
    shl: (a, n) => u64(a << (n & 63n)),
    shrU: (a, n) => a >> (n & 63n),
    eq: (a, b) => bool(a === b),
    ne: (a, b) => bool(a !== b),
    ltS: (a, b) => bool(s64(a) < s64(b)),
    ltU: (a, b) => bool(a < b),
    sext8: (a) => u64(BigInt.asIntN(8, a)),
    sext16: (a) => u64(BigInt.asIntN(16, a)),
    sext32: (a) => u64(BigInt.asIntN(32, a)),
    zext32: (a) => BigInt.asUintN(32, a),
    select: (cond, a, b) => (cond === 1n ? a : b),
    clz: (a) => (a === 0n ? 64n : BigInt(64 - a.toString(2).length)),
    ctz: (a) => (a === 0n ? 64n : BigInt((a & -a).toString(2).length - 1)),
    popcnt: (a) => BigInt(a.toString(2).replaceAll('0', '').length),
    clmul: (a, b) => u64(carryless(a, b)),
    clmulh: (a, b) => carryless(a, b) >> 64n,
  };
  const insn = BY_NAME.get(name);
  if (insn === undefined) throw new Error(`${name} is in no table`);
  const ops = new Proxy(known as Ops<bigint, number>, {
    get: (target, operation: keyof Ops<bigint, number>) => {
      if (target[operation] === undefined) throw new Error(`${name} uses ${operation}`);
      return target[operation];
    },
  });
  insn.exec(ops, { rd: 3, rs1: 1, rs2: 2, fd: 0, fs1: 0, fs2: 0, fs3: 0, imm, uimm: 0n, csr: 0n, rm: 0n });
  return registers[3] ?? 0n;
}

const low = (v: bigint): bigint => BigInt.asUintN(32, v);
const word = (v: bigint): bigint => u64(BigInt.asIntN(32, v));
const leading = (s: string): bigint => BigInt(/^0*/.exec(s)?.[0].length ?? 0);
const trailing = (s: string): bigint => BigInt(/0*$/.exec(s)?.[0].length ?? 0);
const ones = (s: string): bigint => BigInt(s.replaceAll('0', '').length);
const turned = (s: string, right: bigint): bigint => {
  const at = s.length - (Number(right) % s.length);
  return BigInt(`0b${s.slice(at)}${s.slice(0, at)}`);
};
const bytes = (v: bigint): readonly string[] => v.toString(16).padStart(16, '0').match(/../g) ?? [];
const ofBytes = (list: readonly string[]): bigint => BigInt(`0x${list.join('')}`);
const withBit = (v: bigint, n: bigint, to: (bit: string) => string): bigint => {
  const list = [...bits(v, 64)];
  const at = 63 - Number(n & 63n);
  list[at] = to(list[at] ?? '');
  return BigInt(`0b${list.join('')}`);
};

/** What the specification says, in other words than the rows. */
const MEANING: Readonly<Record<string, (a: bigint, b: bigint, imm: bigint) => bigint>> = {
  'add.uw': (a, b) => u64(low(a) + b),
  sh1add: (a, b) => u64(a * 2n + b),
  sh2add: (a, b) => u64(a * 4n + b),
  sh3add: (a, b) => u64(a * 8n + b),
  'sh1add.uw': (a, b) => u64(low(a) * 2n + b),
  'sh2add.uw': (a, b) => u64(low(a) * 4n + b),
  'sh3add.uw': (a, b) => u64(low(a) * 8n + b),
  'slli.uw': (a, _, imm) => u64(low(a) * 2n ** imm),
  andn: (a, b) => a & u64(~b),
  orn: (a, b) => a | u64(~b),
  xnor: (a, b) => u64(~(a ^ b)),
  clz: (a) => leading(bits(a, 64)),
  ctz: (a) => trailing(bits(a, 64)),
  cpop: (a) => ones(bits(a, 64)),
  clzw: (a) => leading(bits(low(a), 32)),
  ctzw: (a) => trailing(bits(low(a), 32)),
  cpopw: (a) => ones(bits(low(a), 32)),
  min: (a, b) => (s64(a) < s64(b) ? a : b),
  max: (a, b) => (s64(a) > s64(b) ? a : b),
  // biome-ignore lint/complexity/useMathMinMax: bigints
  minu: (a, b) => (a < b ? a : b),
  // biome-ignore lint/complexity/useMathMinMax: bigints
  maxu: (a, b) => (a > b ? a : b),
  'sext.b': (a) => u64(BigInt.asIntN(8, a)),
  'sext.h': (a) => u64(BigInt.asIntN(16, a)),
  'zext.h': (a) => a % 65536n,
  rol: (a, b) => turned(bits(a, 64), 64n - (b & 63n)),
  ror: (a, b) => turned(bits(a, 64), b & 63n),
  rori: (a, _, imm) => turned(bits(a, 64), imm),
  rolw: (a, b) => word(turned(bits(low(a), 32), 32n - (b & 31n))),
  rorw: (a, b) => word(turned(bits(low(a), 32), b & 31n)),
  roriw: (a, _, imm) => word(turned(bits(low(a), 32), imm & 31n)),
  'orc.b': (a) => ofBytes(bytes(a).map((byte) => (byte === '00' ? '00' : 'ff'))),
  rev8: (a) => ofBytes(bytes(a).toReversed()),
  clmul: (a, b) => u64(carryless(a, b)),
  clmulh: (a, b) => carryless(a, b) >> 64n,
  clmulr: (a, b) => u64(carryless(a, b) >> 63n),
  bclr: (a, b) => withBit(a, b, () => '0'),
  bset: (a, b) => withBit(a, b, () => '1'),
  binv: (a, b) => withBit(a, b, (bit) => (bit === '0' ? '1' : '0')),
  bext: (a, b) => BigInt(bits(a, 64)[63 - Number(b & 63n)] ?? ''),
  bclri: (a, _, imm) => withBit(a, imm, () => '0'),
  bseti: (a, _, imm) => withBit(a, imm, () => '1'),
  binvi: (a, _, imm) => withBit(a, imm, (bit) => (bit === '0' ? '1' : '0')),
  bexti: (a, _, imm) => BigInt(bits(a, 64)[63 - Number(imm)] ?? ''),
  'czero.eqz': (a, b) => (b === 0n ? 0n : a),
  'czero.nez': (a, b) => (b === 0n ? a : 0n),
};

const register = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 70n }),
  fc.nat(63).map((n) => 1n << BigInt(n)),
  fc.constantFrom(0n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n),
);

describe('bit manipulation', () => {
  test.each(Object.entries(MEANING))('%s', (name, meaning) => {
    // Shift amounts of words have five bits.
    const amount = fc.nat(name.endsWith('w') && name !== 'slli.uw' ? 31 : 63).map(BigInt);
    fc.assert(
      fc.property(register, register, amount, (a, b, imm) => {
        expect(run(name, a, b, imm)).toBe(meaning(a, b, imm));
      }),
      { numRuns: 300 },
    );
  });

  test('is complete', () => {
    const extensions = new Set<string>(['Zba', 'Zbb', 'Zbc', 'Zbs', 'Zicond']);
    const names = INSTRUCTIONS.filter(({ extension }) => extensions.has(extension)).map(({ name }) => name);
    expect(Object.keys(MEANING).sort()).toEqual(names.sort());
  });
});
