import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { asm } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, RAM } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, MODE, PMP_ENTRIES } from '../isa/csr.ts';
import { REGISTERS_BASE, STATE } from '../memory/layout.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { ACCESS, declareContext } from './context.ts';
import { definePmpCheck, PMP_CHECK } from './pmp.ts';

const { R, W, X, L } = { R: 1, W: 2, X: 4, L: 0x80 };
const TOR = 0x08;
const NA4 = 0x10;
const NAPOT = 0x18;
const { denied, allowed, partial } = PMP_CHECK;
const { read, write, execute } = ACCESS;
const { M, S, U } = MODE;

const HART = 0x1000;
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const view = new DataView(memory.buffer);
type Check = (address: bigint, length: bigint, mode: number, access: number) => number;
const check = buildCheck();

function buildCheck(): Check {
  const module = new ModuleBuilder();
  module.exportFunction('check', definePmpCheck(declareContext(module)));
  const unused = () => 0;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
    host: {
      memory,
      hart: HART,
      mailbox: 0,
      registers: REGISTERS_BASE,
      mtimecmp: 0,
      ramBase: 0,
      ramSize: 0n,
      pageState: 0,
      mmioLoad: unused,
      mmioStore: unused,
      decode: unused,
      now: unused,
      hot: unused,
      threshold: 0,
      regions: new WebAssembly.Table({ element: 'anyfunc', initial: 0 }),
    },
  });
  return instance.exports.check as Check;
}

function setEntry(entry: number, cfg: number, address: bigint): void {
  view.setUint8(HART + STATE.pmpcfg + entry, cfg);
  view.setBigUint64(HART + STATE.pmpaddr + 8 * entry, address, true);
}

/** The pmpaddr of a naturally aligned range of at least 8 bytes. */
const napot = (base: bigint, size: bigint): bigint => (base >> 2n) | ((size >> 3n) - 1n);

beforeEach(() => {
  for (let entry = 0; entry < PMP_ENTRIES; entry++) setEntry(entry, 0, 0n);
});

describe('without a match', () => {
  test.each([
    [M, allowed],
    [S, denied],
    [U, denied],
  ])('mode %i', (mode, expected) => {
    expect(check(0x8000_0000n, 8n, mode, read)).toBe(expected);
  });
});

describe('ranges', () => {
  test.each([
    ['NA4', NA4, 0x1000n >> 2n, 0x1000n, 0x1004n],
    ['NAPOT of 8', NAPOT, napot(0x1000n, 8n), 0x1000n, 0x1008n],
    ['NAPOT of 4 KiB', NAPOT, napot(0x8000n, 4096n), 0x8000n, 0x9000n],
    ['NAPOT of 1 GiB', NAPOT, napot(0x4000_0000n, 1n << 30n), 0x4000_0000n, 0x8000_0000n],
    ['NAPOT of the half of everything', NAPOT, napot(0n, 1n << 55n), 0n, 1n << 55n],
    ['TOR from 0', TOR, 0x2000n >> 2n, 0n, 0x2000n],
  ])('%s', (_, matching, address, low, high) => {
    setEntry(0, matching | R, address);
    expect(check(low, 4n, U, read)).toBe(allowed);
    expect(check(high - 4n, 4n, U, read)).toBe(allowed);
    expect(check(low, high - low, U, read)).toBe(allowed);
    expect(check(high, 4n, U, read)).toBe(denied);
    expect(check(high - 2n, 4n, U, read)).toBe(partial);
    if (low >= 4n) {
      expect(check(low - 4n, 4n, U, read)).toBe(denied);
      expect(check(low - 2n, 4n, U, read)).toBe(partial);
      expect(check(low - 4n, high - low + 8n, U, read)).toBe(partial);
    }
  });

  test('NAPOT with all bits set is everything', () => {
    setEntry(0, NAPOT | R, (1n << 54n) - 1n);
    expect(check(0n, 8n, U, read)).toBe(allowed);
    expect(check((1n << 56n) - 8n, 8n, U, read)).toBe(allowed);
  });

  test('TOR starts where the entry below ends, though that is off', () => {
    setEntry(3, 0, 0x1000n >> 2n);
    setEntry(4, TOR | R, 0x3000n >> 2n);
    expect(check(0xffcn, 4n, U, read)).toBe(denied);
    expect(check(0x1000n, 0x2000n, U, read)).toBe(allowed);
    expect(check(0x3000n, 4n, U, read)).toBe(denied);
  });

  test.each([0x1000n, 0x800n])('TOR up to %s matches nothing where the entry below ends there or above', (top) => {
    setEntry(0, 0, 0x1000n >> 2n);
    setEntry(1, TOR | R, top >> 2n);
    expect(check(0x800n, 4n, U, read)).toBe(denied);
    expect(check(0xffcn, 8n, U, read)).toBe(denied);
  });

  test('NAPOT agrees with its definition', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 55 }),
        fc.bigInt(0n, (1n << 56n) - 1n),
        fc.bigInt(0n, (1n << 56n) - 8n),
        (log, at, probe) => {
          const size = 1n << BigInt(log);
          const base = (at / size) * size;
          setEntry(0, NAPOT | R, napot(base, size));
          const inside = probe >= base && probe + 8n <= base + size;
          const outside = probe + 8n <= base || probe >= base + size;
          expect(check(probe, 8n, U, read)).toBe(inside ? allowed : outside ? denied : partial);
          expect(check(base + (probe % size), 1n, U, read)).toBe(allowed);
        },
      ),
    );
  });
});

describe('the lowest entry that matches decides', () => {
  test('whatever those above say', () => {
    setEntry(5, NA4 | R, 0x1000n >> 2n);
    setEntry(6, NAPOT | R | W | X, napot(0x1000n, 4096n));
    expect(check(0x1000n, 4n, U, write)).toBe(denied);
    expect(check(0x1004n, 4n, U, write)).toBe(allowed);
    expect(check(0x1000n, 8n, U, read)).toBe(partial);
  });

  test('a partial match fails in M-mode too', () => {
    setEntry(0, NA4 | R | W | X, 0x1000n >> 2n);
    expect(check(0x1000n, 8n, M, read)).toBe(partial);
  });
});

describe('permissions', () => {
  test.each([0, R, R | W, X, R | X, R | W | X])('R W X = %i', (permissions) => {
    for (const lock of [0, L]) {
      setEntry(0, NAPOT | permissions | lock, napot(0n, 4096n));
      for (const [access, bit] of [
        [read, R],
        [write, W],
        [execute, X],
      ] as const) {
        const granted = permissions & bit ? allowed : denied;
        expect(check(0n, 4n, U, access)).toBe(granted);
        expect(check(0n, 4n, S, access)).toBe(granted);
        expect(check(0n, 4n, M, access)).toBe(lock ? granted : allowed);
      }
    }
  });
});

describe('a hart', () => {
  const A0 = 10;
  const DATA = RAM + 0x1_0000n;

  test.each([
    ['lw', 'loadAccessFault', R | X, W | X],
    ['sw', 'storeAccessFault', R | W, R | X],
  ] as const)('%s obeys in S-mode', (name, cause, may, mayNot) => {
    const m = new BareHart();
    m.hart.setX(A0, DATA);
    for (const [permissions, expected] of [
      [may, undefined],
      [mayNot, CAUSE[cause]],
    ] as const) {
      m.mode = S;
      m.pmp(0, NAPOT | permissions, napot(DATA, 4096n));
      m.program(asm(name, { rd: 1, rs1: A0, rs2: 0, imm: 16 }));
      expect(m.trapOfNext()?.cause).toBe(expected);
    }
  });

  test('an access across pages fails as a whole where its second part is refused, and writes nothing', () => {
    const m = new BareHart();
    m.pmp(0, L | NA4, (DATA + 4096n) >> 2n);
    m.hart.setX(A0, DATA + 4092n);
    m.hart.setX(11, -1n);
    m.program(asm('sd', { rs1: A0, rs2: 11, imm: 0 }));
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.storeAccessFault, tval: DATA + 4096n });
    expect(m.read64(DATA + 4088n)).toBe(0n);
  });

  test('executes from a page that PMP divides, instruction by instruction', () => {
    const m = new BareHart();
    const AT = RAM + 0x1000n;
    m.pmp(0, L | NAPOT, napot(AT + 16n, 8n));
    m.poke(AT, ...Array.from({ length: 8 }, () => asm('addi', { rd: 1, rs1: 1, imm: 1 })));
    m.pc = AT;
    m.run(5);
    expect(m.lastTrap()).toEqual({ cause: CAUSE.instructionAccessFault, tval: AT + 16n, epc: AT + 16n });
    expect([m.hart.x(1), m.steps]).toEqual([4n, 5]);
  });
});
