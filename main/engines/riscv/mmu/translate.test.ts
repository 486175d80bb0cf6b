import { beforeEach, describe, expect, test } from 'vitest';
import { BareHart, PTE, RAM, RWX, USED } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, ENVCFG, MODE, MSTATUS } from '../isa/csr.ts';

const U = MODE.U;
const S = MODE.S;
const { R, W, X, V } = PTE;
const VA = 0x40_1234_5678n & 0x3f_ffff_ffffn;
const PAGE = VA & ~0xfffn;
const TARGET = RAM + 0x8_0000n;
const MEBI = 1n << 20n;
const GIBI = 1n << 30n;

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
});

type Kind = 'read' | 'write' | 'execute';
const KINDS: readonly Kind[] = ['read', 'write', 'execute'];
const PAGE_FAULT = { read: CAUSE.loadPageFault, write: CAUSE.storePageFault, execute: CAUSE.instructionPageFault };
const ACCESS_FAULT = {
  read: CAUSE.loadAccessFault,
  write: CAUSE.storeAccessFault,
  execute: CAUSE.instructionAccessFault,
};

/** The physical address, or the cause of the fault. */
function translate(va: bigint, kind: Kind): bigint | number {
  return m.hart.translate(va, kind) ?? m.hart.get32('faultCause');
}

/** For each kind whether it is allowed; what is not must be a page fault of that kind. */
function allowed(va: bigint): string {
  return KINDS.map((kind) => {
    const result = translate(va, kind);
    if (typeof result === 'bigint') return kind[0];
    expect(result).toBe(PAGE_FAULT[kind]);
    return '-';
  }).join('');
}

describe.each([
  ['Sv39', 3],
  ['Sv48', 4],
] as const)('%s', (_, levels) => {
  beforeEach(() => {
    m.paging(levels);
    m.mode = S;
  });

  test('leaves at every level', () => {
    for (let level = 0; level < levels; level++) {
      m = new BareHart();
      m.paging(levels);
      m.mode = S;
      const size = 1n << BigInt(12 + 9 * level);
      // Not all of it need be RAM
      const physical = (TARGET / size) * size;
      m.map(VA, physical, RWX, { level });
      for (const kind of KINDS) expect(translate(VA, kind), `${kind} at level ${level}`).toBe(physical + (VA % size));
      expect(translate(VA + size, 'read')).toBe(CAUSE.loadPageFault);
    }
  });

  test('a superpage that is not aligned to its size faults', () => {
    for (let level = 1; level < levels; level++) {
      m.map(VA, RAM + 0x1000n, RWX, { level });
      expect(allowed(VA)).toBe('---');
    }
  });

  test('the levels below a table of the last level do not exist', () => {
    m.map(VA, TARGET, V);
    expect(allowed(VA)).toBe('---');
  });

  test('addresses must be canonical', () => {
    const bits = BigInt(12 + 9 * levels);
    const low = (1n << (bits - 1n)) - 0x1000n;
    const high = BigInt.asUintN(64, -1n << (bits - 1n));
    m.map(low, TARGET, RWX);
    m.map(high, TARGET + 0x1000n, RWX);
    expect(translate(low + 8n, 'read')).toBe(TARGET + 8n);
    expect(translate(high + 8n, 'read')).toBe(TARGET + 0x1008n);
    for (const va of [low + (1n << bits), low | (1n << 63n), high - (1n << bits), high & ~(1n << 63n), low + 0x1000n]) {
      for (const kind of KINDS) expect(translate(va, kind), va.toString(16)).toBe(PAGE_FAULT[kind]);
    }
  });
});

test('Bare, and M-mode, do not translate', () => {
  m.mode = S;
  expect(translate(VA, 'read')).toBe(VA);
  m.paging();
  m.mode = MODE.M;
  expect(translate(VA, 'write')).toBe(VA);
  expect(translate(1n << 56n, 'write')).toBe(CAUSE.storeAccessFault);
});

describe('permissions', () => {
  const { SUM, MXR } = MSTATUS;
  test.each([
    ['R', S, 0n, R, 'r--'],
    ['R W', S, 0n, R | W, 'rw-'],
    ['R W X', S, 0n, R | W | X, 'rwe'],
    ['X', S, 0n, X, '--e'],
    ['X, MXR', S, MXR, X, 'r-e'],
    ['R X', S, 0n, R | X, 'r-e'],
    ['W is reserved', S, 0n, W, '---'],
    ['W X is reserved', S, 0n, W | X, '---'],
    ['W X, MXR', S, MXR, W | X, '---'],
    ['a page of S-mode from U-mode', U, 0n, R | W | X, '---'],
    ['a page of S-mode from U-mode, SUM', U, SUM, R | W | X, '---'],
    ['a page of U-mode', U, 0n, R | W | X | PTE.U, 'rwe'],
    ['a page of U-mode, X, MXR', U, MXR, X | PTE.U, 'r-e'],
    ['a page of U-mode from S-mode', S, 0n, R | W | X | PTE.U, '---'],
    ['a page of U-mode from S-mode, SUM', S, SUM, R | W | X | PTE.U, 'rw-'],
    ['a page of U-mode from S-mode, X, SUM and MXR', S, SUM | MXR, X | PTE.U, 'r--'],
    ['global', S, 0n, R | PTE.G, 'r--'],
    ['not valid', S, 0n, R | W | X | V, '---'],
  ])('%s', (_, mode, status, flags, expected) => {
    m.paging();
    m.map(VA, TARGET, flags ^ USED);
    m.setStatus(status);
    m.mode = mode;
    expect(allowed(VA)).toBe(expected);
  });
});

describe('reserved encodings', () => {
  const bits = [54, 55, 56, 57, 58, 59, 60, 61, 62].map((n) => [`bit ${n}`, 1n << BigInt(n)] as const);
  test.each(bits)('%s in a leaf', (_, extra) => {
    m.paging();
    m.mode = S;
    m.map(VA, TARGET, RWX, { extra });
    expect(allowed(VA)).toBe('---');
  });

  test.each([...bits, ['A', PTE.A], ['D', PTE.D], ['U', PTE.U], ['N', PTE.N]] as const)(
    '%s in a pointer',
    (_, extra) => {
      m.paging();
      m.mode = S;
      const leaf = m.map(VA, TARGET, RWX);
      const pointer = m.map(VA, leaf & ~0xfffn, V, { level: 1 });
      expect(allowed(VA)).toBe('rwe');
      m.write64(pointer, m.read64(pointer) | extra);
      expect(allowed(VA)).toBe('---');
    },
  );
});

describe('Svnapot', () => {
  beforeEach(() => {
    m.paging();
    m.mode = S;
  });

  test('64 KiB: the low bits of the page number come from the address', () => {
    for (let page = 0n; page < 16n; page++)
      m.map(VA - (VA % 0x1_0000n) + page * 0x1000n, TARGET + 0x8000n, RWX, { extra: PTE.N });
    for (let page = 0n; page < 16n; page++) {
      const offset = page * 0x1000n + 0x234n;
      expect(translate(VA - (VA % 0x1_0000n) + offset, 'read')).toBe(TARGET + offset);
    }
  });

  test.each([0n, 1n, 4n, 7n, 9n, 15n])('page number ending in %s is reserved', (low) => {
    m.map(VA, TARGET + low * 0x1000n, RWX, { extra: PTE.N });
    expect(allowed(VA)).toBe('---');
  });

  test('there are no such superpages', () => {
    m.map(VA, 2n * GIBI, RWX, { level: 1, extra: PTE.N });
    expect(allowed(VA)).toBe('---');
  });
});

describe('A and D', () => {
  const clean = V | R | W | X;
  test.each([
    ['read', 0n, PTE.A],
    ['execute', 0n, PTE.A],
    ['write', 0n, PTE.A | PTE.D],
    ['write', PTE.A, PTE.D],
    ['write', PTE.D, PTE.A],
  ] as const)('%s with %s: sets %s, or faults without Svadu', (kind, before, sets) => {
    m.paging();
    m.mode = S;
    const entry = m.map(VA, TARGET, clean | before);
    const original = m.read64(entry);
    expect(translate(VA, kind)).toBe(PAGE_FAULT[kind]);
    expect(m.read64(entry)).toBe(original);
    m.setField('menvcfg', ENVCFG.ADUE);
    expect(translate(VA, kind)).toBe(TARGET + (VA & 0xfffn));
    expect(m.read64(entry)).toBe(original | sets);
  });

  test('what is not allowed sets nothing', () => {
    m.paging();
    m.mode = S;
    m.setField('menvcfg', ENVCFG.ADUE);
    const entry = m.map(VA, TARGET, V | R);
    const original = m.read64(entry);
    expect(translate(VA, 'write')).toBe(CAUSE.storePageFault);
    expect(translate(VA, 'execute')).toBe(CAUSE.instructionPageFault);
    expect(m.read64(entry)).toBe(original);
  });
});

describe('page tables that cannot be accessed', () => {
  test.each(KINDS)('outside RAM: %s', (kind) => {
    m.paging();
    m.mode = S;
    m.map(VA, 0x1000n, V, { level: 1 });
    expect(translate(VA, kind)).toBe(ACCESS_FAULT[kind]);
    m.setField('satp', (8n << 60n) | ((1n << 44n) - 1n));
    expect(translate(VA, kind)).toBe(ACCESS_FAULT[kind]);
  });

  test.each(KINDS)('refused by PMP, for S-mode whoever asks: %s', (kind) => {
    m.paging();
    const entry = m.map(VA, TARGET, USED | R | W | X | PTE.U);
    m.mode = U;
    // Entry 0 lets only reads through to the leaf's table, entry 1 all else
    m.pmp(0, 0x10 | 1, entry >> 2n);
    m.pmp(1, 0x10 | 1, (entry + 4n) >> 2n);
    // Neither matches all eight bytes
    expect(translate(VA, kind)).toBe(ACCESS_FAULT[kind]);
    m.pmp(1, 0, 0n);
    m.pmp(0, 0x18 | 1, entry >> 2n);
    expect(translate(VA, kind)).toBe(TARGET + (VA & 0xfffn));
    m.write64(entry, m.read64(entry) & ~PTE.A);
    m.setField('menvcfg', ENVCFG.ADUE);
    expect(translate(VA, kind), 'A cannot be set').toBe(ACCESS_FAULT[kind]);
    m.pmp(0, 0x18 | 4, entry >> 2n);
    expect(translate(VA, kind), 'nor can it be read').toBe(ACCESS_FAULT[kind]);
  });
});

test('superpages are noticed where their pieces may have to be forgotten one by one', () => {
  m.paging();
  m.mode = S;
  m.map(PAGE, TARGET, RWX);
  translate(VA, 'read');
  expect(m.hart.get32('superpages')).toBe(0);
  m.map(2n * GIBI, RAM, RWX, { level: 1 });
  translate(2n * GIBI + MEBI, 'read');
  expect(m.hart.get32('superpages')).toBe(1);
});
