import { describe, expect, test } from 'vitest';
import { ld } from '../../../../tests/fixtures/assemble.ts';
import { machine, open, PROGRAM, trapOf } from '../../../../tests/fixtures/oracle-machine.ts';
import { CAUSE, CSR, MODE } from '../isa/csr.ts';
import { PMP_MATCH, PMPCFG, pmpAllows } from './pmp.ts';

const { R, W, X, L } = PMPCFG;
const { TOR, NA4, NAPOT } = PMP_MATCH;
const AT = 0x8000_1000n;

function withEntries(...entries: readonly (readonly [cfg: number, address: bigint])[]) {
  const m = machine([]);
  entries.forEach(([cfg, address], i) => {
    m.pmpcfg[i] = cfg;
    m.pmpaddr[i] = address;
  });
  return m;
}

describe('PMP', () => {
  test('without a match denies S and U, and allows M', () => {
    const m = withEntries();
    expect(([MODE.U, MODE.S, MODE.M] as const).map((mode) => pmpAllows(m, AT, 8, 'read', mode))).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('matches four bytes (NA4)', () => {
    const m = withEntries([NA4 | R, AT >> 2n]);
    expect([-4n, 0n, 4n].map((offset) => pmpAllows(m, AT + offset, 4, 'read', MODE.S))).toEqual([false, true, false]);
  });

  test('matches a power of two (NAPOT)', () => {
    const m = withEntries([NAPOT | R, (AT >> 2n) | 0b111n]);
    const offsets = [-1n, 0n, 63n, 64n];
    expect(offsets.map((offset) => pmpAllows(m, AT + offset, 1, 'read', MODE.S))).toEqual([false, true, true, false]);
    const everything = withEntries([NAPOT | R, (1n << 54n) - 1n]);
    expect(pmpAllows(everything, (1n << 56n) - 8n, 8, 'read', MODE.U)).toBe(true);
  });

  test('matches a range (TOR); an empty one matches nothing', () => {
    const m = withEntries([0, AT >> 2n], [TOR | R, (AT + 8n) >> 2n], [TOR | R, AT >> 2n]);
    const offsets = [-1n, 0n, 7n, 8n];
    expect(offsets.map((offset) => pmpAllows(m, AT + offset, 1, 'read', MODE.S))).toEqual([false, true, true, false]);
    expect(pmpAllows(withEntries([TOR | R, AT >> 2n]), 0n, 8, 'read', MODE.S)).toBe(true);
  });

  test('the first entry that matches decides', () => {
    const m = withEntries([NA4 | R, AT >> 2n], [NAPOT | R | W, (1n << 54n) - 1n]);
    expect(pmpAllows(m, AT, 4, 'write', MODE.S)).toBe(false);
    expect(pmpAllows(m, AT + 4n, 4, 'write', MODE.S)).toBe(true);
  });

  test('an access that matches in part fails, even in M-mode', () => {
    const m = withEntries([NA4 | R, AT >> 2n], [NAPOT | R | W, (1n << 54n) - 1n]);
    expect(pmpAllows(m, AT, 8, 'read', MODE.S)).toBe(false);
    expect(pmpAllows(m, AT, 8, 'read', MODE.M)).toBe(false);
  });

  test.each([
    ['read', R],
    ['write', R | W],
    ['execute', X],
  ] as const)('%s needs its bit', (access, bits) => {
    expect(pmpAllows(withEntries([NA4 | bits, AT >> 2n]), AT, 4, access, MODE.U)).toBe(true);
    const others = (R | W | X) & ~(access === 'read' ? R : access === 'write' ? W : X);
    expect(pmpAllows(withEntries([NA4 | others, AT >> 2n]), AT, 4, access, MODE.U)).toBe(false);
  });

  test('binds M-mode where locked', () => {
    expect(pmpAllows(withEntries([NA4, AT >> 2n]), AT, 4, 'read', MODE.M)).toBe(true);
    expect(pmpAllows(withEntries([NA4 | L, AT >> 2n]), AT, 4, 'read', MODE.M)).toBe(false);
  });

  test('writes legalise and respect locks', () => {
    const m = machine([]);
    m.writeCsr(CSR.pmpaddr0, 0xffff_ffff_ffff_ffffn);
    expect(m.readCsr(CSR.pmpaddr0)).toBe((1n << 54n) - 1n);
    m.writeCsr(CSR.pmpcfg0, BigInt(W | X | 0x60));
    expect(m.readCsr(CSR.pmpcfg0)).toBe(BigInt(X));
    m.writeCsr(CSR.pmpaddr0 + 1, 1n);
    m.writeCsr(CSR.pmpcfg0, BigInt(((L | TOR | R) << 16) | ((NA4 | R) << 8)));
    m.writeCsr(CSR.pmpaddr0 + 1, 2n);
    m.writeCsr(CSR.pmpaddr0 + 2, 2n);
    m.writeCsr(CSR.pmpcfg0, 0n);
    expect([m.pmpaddr[1], m.pmpaddr[2]]).toEqual([1n, 0n]);
    expect(m.readCsr(CSR.pmpcfg0)).toBe(BigInt((L | TOR | R) << 16));
    m.writeCsr(CSR.pmpaddr0, 5n);
    expect(m.pmpaddr[0]).toBe(5n);
    m.writeCsr(CSR.pmpaddr0 + 16, 5n);
    expect(m.readCsr(CSR.pmpaddr0 + 16)).toBe(0n);
  });

  test('faults loads and fetches', () => {
    const m = open(machine([ld(1, 0, 2)]), MODE.S);
    m.x[2] = AT;
    m.pmpcfg[0] = NA4;
    m.pmpaddr[0] = AT >> 2n;
    expect(trapOf(m)).toEqual({ cause: CAUSE.loadAccessFault, tval: AT });
    m.mode = MODE.S;
    m.pc = AT - 2n;
    m.ram[0xffe] = 0x13;
    expect(trapOf(m)).toEqual({ cause: CAUSE.instructionAccessFault, tval: AT });
    m.mode = MODE.S;
    m.pc = PROGRAM - 4n;
    expect(trapOf(m)).toEqual({ cause: CAUSE.instructionAccessFault, tval: PROGRAM - 4n });
  });
});
