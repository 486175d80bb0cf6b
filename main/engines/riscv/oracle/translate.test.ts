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
import { CAUSE, MODE, MSTATUS } from '../isa/csr.ts';
import type { Oracle } from './executor.ts';
import { PMPCFG } from './pmp.ts';
import { PTE } from './translate.ts';

const { V, R, W, X, U, A, D, N } = PTE;
const VA = 0x4000_2000n;
const DATA = PROGRAM + 0x2000n;
const ALL = V | R | W | X | A | D;

/** M-mode with MPRV, so that only data is translated, as S-mode unless told otherwise; x1 = VA, x2 holds a value. */
function withPage(entry: bigint, { program = [ld(3, 0, 1)], mpp = 1n, level = 0, levels = 3 as 3 | 4, va = VA } = {}) {
  const m = open(machine(program));
  m.mstatus |= MSTATUS.MPRV | (mpp << 11n);
  m.x[1] = va;
  m.x[2] = 0x1234n;
  write64(m, DATA, 77n);
  const leaf = mapPage(m, va, entry, level, levels);
  return { m, leaf };
}
const LOAD_FAULT = { cause: CAUSE.loadPageFault, tval: VA };
const STORE = [sd(2, 0, 1)];
const STORE_FAULT = { cause: CAUSE.storePageFault, tval: VA };

describe('translation', () => {
  test.each([3, 4] as const)('walks %i levels', (levels) => {
    const { m } = withPage(pte(DATA, ALL), { levels });
    expect(trapOf(m)).toBeUndefined();
    expect(m.x[3]).toBe(77n);
  });

  test.each([
    ['invalid', pte(DATA, ALL & ~V)],
    ['W without R', pte(DATA, ALL & ~R)],
    ['reserved bit 54', pte(DATA, ALL, 1n << 54n)],
    ['reserved bit 60', pte(DATA, ALL, 1n << 60n)],
    ['PBMT', pte(DATA, ALL, 1n << 61n)],
    ['a table below the last level', pte(DATA, V)],
    ['execute only', pte(DATA, V | X | A)],
    ['A clear', pte(DATA, ALL & ~A)],
    ['user page', pte(DATA, ALL | U)],
    ['NAPOT of another size', pte(DATA, ALL, N)],
  ])('faults: %s', (_, entry) => {
    expect(trapOf(withPage(entry).m)).toEqual(LOAD_FAULT);
  });

  test.each([A, D, U, N])('faults on bit %x in a non-leaf entry', (bit) => {
    const { m, leaf } = withPage(pte(DATA, ALL));
    const middle = leaf - (leaf % 4096n) - 4096n + ((VA >> 21n) & 0x1ffn) * 8n;
    write64(m, middle, read64(m, middle) | bit);
    expect(trapOf(m)).toEqual(LOAD_FAULT);
  });

  test('faults on stores to a page that is not writable or not dirty', () => {
    expect(trapOf(withPage(pte(DATA, ALL & ~W), { program: STORE }).m)).toEqual(STORE_FAULT);
    expect(trapOf(withPage(pte(DATA, ALL & ~D), { program: STORE }).m)).toEqual(STORE_FAULT);
    expect(trapOf(withPage(pte(DATA, ALL), { program: STORE }).m)).toBeUndefined();
  });

  test('sets A, and D on stores, where ADUE lets it', () => {
    const load = withPage(pte(DATA, V | R | W));
    enableAdUpdates(load.m);
    expect(trapOf(load.m)).toBeUndefined();
    expect(read64(load.m, load.leaf)).toBe(pte(DATA, V | R | W | A));
    const store = withPage(pte(DATA, V | R | W), { program: STORE });
    enableAdUpdates(store.m);
    expect(trapOf(store.m)).toBeUndefined();
    expect(read64(store.m, store.leaf)).toBe(pte(DATA, V | R | W | A | D));
  });

  test('leaves the entry alone where permissions fail', () => {
    const { m, leaf } = withPage(pte(DATA, V | R), { program: STORE });
    enableAdUpdates(m);
    expect(trapOf(m)).toEqual(STORE_FAULT);
    expect(read64(m, leaf)).toBe(pte(DATA, V | R));
  });

  test('lets S-mode use user pages with SUM, U-mode only them', () => {
    const sum = withPage(pte(DATA, ALL | U)).m;
    sum.mstatus |= MSTATUS.SUM;
    expect(trapOf(sum)).toBeUndefined();
    expect(trapOf(withPage(pte(DATA, ALL | U), { mpp: 0n }).m)).toBeUndefined();
    expect(trapOf(withPage(pte(DATA, ALL), { mpp: 0n }).m)).toEqual(LOAD_FAULT);
  });

  test('lets loads read executable pages with MXR', () => {
    const { m } = withPage(pte(DATA, V | X | A));
    m.mstatus |= MSTATUS.MXR;
    expect(trapOf(m)).toBeUndefined();
  });

  test('does not translate in M-mode', () => {
    const { m } = withPage(pte(DATA, ALL));
    m.mstatus &= ~MSTATUS.MPRV;
    expect(trapOf(m)).toEqual({ cause: CAUSE.loadAccessFault, tval: VA });
  });

  test('wants virtual addresses to be sign-extended', () => {
    const high = 0xffff_ffc0_4000_2000n;
    expect(trapOf(withPage(pte(DATA, ALL), { va: high }).m)).toBeUndefined();
    const { m } = withPage(pte(DATA, ALL));
    m.x[1] = VA | (1n << 39n);
    expect(trapOf(m)).toEqual({ ...LOAD_FAULT, tval: VA | (1n << 39n) });
  });

  test('maps superpages, if they are aligned', () => {
    const { m } = withPage(pte(PROGRAM, ALL), { level: 1 });
    expect(trapOf(m)).toBeUndefined();
    expect(m.x[3]).toBe(77n);
    expect(trapOf(withPage(pte(PROGRAM + 0x1000n, ALL), { level: 1 }).m)).toEqual(LOAD_FAULT);
    expect(trapOf(withPage(pte(PROGRAM, ALL, N), { level: 1 }).m)).toEqual(LOAD_FAULT);
  });

  test('maps 64 KiB pages (Svnapot)', () => {
    const { m } = withPage(pte(PROGRAM + 0x8000n, ALL, N));
    expect(trapOf(m)).toBeUndefined();
    expect(m.x[3]).toBe(77n);
  });

  test('takes tables that cannot be read for access faults', () => {
    const outside = withPage(pte(DATA, ALL)).m;
    outside.satp = (8n << 60n) | 0x10n;
    expect(trapOf(outside)).toEqual({ cause: CAUSE.loadAccessFault, tval: VA });
    const { m, leaf } = withPage(pte(DATA, ALL));
    protect(m, leaf, 0);
    expect(trapOf(m)).toEqual({ cause: CAUSE.loadAccessFault, tval: VA });
  });

  test('takes tables that cannot be written for access faults', () => {
    const { m, leaf } = withPage(pte(DATA, ALL & ~A));
    enableAdUpdates(m);
    protect(m, leaf, PMPCFG.R);
    expect(trapOf(m)).toEqual({ cause: CAUSE.loadAccessFault, tval: VA });
  });

  test('fetches through the tables, and tells the half that faults', () => {
    const m = open(machine([]), MODE.S);
    const at = PROGRAM + 0x2ffen;
    const word = addi(1, 0, 9);
    m.ram[0x2ffe] = word & 0xff;
    m.ram[0x2fff] = (word >> 8) & 0xff;
    const leaf = mapPage(m, at, pte(DATA, V | X | A));
    m.pc = at;
    expect(trapOf(m)).toEqual({ cause: CAUSE.instructionPageFault, tval: at + 2n });
    expect(m.mepc).toBe(at);
    write64(m, leaf + 8n, pte(DATA + 0x1000n, V | X | A));
    m.ram[0x3000] = (word >> 16) & 0xff;
    m.ram[0x3001] = word >>> 24;
    m.mode = MODE.S;
    m.pc = at;
    expect(trapOf(m)).toBeUndefined();
    expect([m.x[1], m.pc]).toEqual([9n, at + 4n]);
  });

  test('refuses user pages to fetches of S-mode even with SUM', () => {
    const m = open(machine([asm('addi')]), MODE.S);
    m.mstatus |= MSTATUS.SUM;
    mapPage(m, PROGRAM, pte(PROGRAM, ALL | U));
    expect(trapOf(m)).toEqual({ cause: CAUSE.instructionPageFault, tval: PROGRAM });
  });
});

/** Gives the four bytes at `address` to PMP entry 0, for S and U. */
function protect(m: Oracle, address: bigint, permissions: number): void {
  m.pmpcfg[0] = 0x18 | permissions;
  m.pmpaddr[0] = address >> 2n;
}
