/** Whatever a guest executes, the host does not trap, and nothing but the guest's own memory and hart changes. */
import { expect, test } from 'vitest';
import { BareHart, PTE, RAM } from '../../../../tests/fixtures/bare-hart.ts';
import { Random } from '../../../../tests/fixtures/random.ts';
import { MODE } from '../isa/csr.ts';
import { COMPRESSED, INSTRUCTIONS } from '../isa/table.ts';
import {
  CLINT_BASE,
  CSR_INDEX,
  DATA_TLB,
  EXIT,
  FETCH_SET_SIZE,
  FETCH_SETS,
  FETCH_TLB,
  HART_MAILBOX,
  HARTS_BASE,
  hartBase,
  MACHINE_MAILBOX,
  mailboxOf,
  PAGE_SIZE,
  REGISTERS_BASE,
  registersOf,
  SLOT_SIZE,
  SLOTS,
  SLOTS_BASE,
  STRADDLE_SLOT,
  TLB_ENTRIES,
  TLB_ENTRY,
} from '../memory/layout.ts';

const RAM_SIZE = 0x4_0000;
const EXITS = Object.values(EXIT);
const ROWS = [...INSTRUCTIONS, ...COMPRESSED];

/** An instruction with random operands, or anything. */
function word(r: Random): number {
  if (r.chance(0.1)) return r.bits();
  const row = r.pick(ROWS);
  const random = row.length === 2 ? r.bits() & 0xffff : r.bits();
  return ((random & ~row.mask) | row.match) >>> 0;
}

/** Near the edges of what exists, or anything. */
function address(r: Random): bigint {
  const base = r.pick([
    RAM,
    RAM,
    RAM,
    RAM + BigInt(RAM_SIZE),
    0x1000_0000n,
    0n,
    1n << 38n,
    1n << 47n,
    1n << 56n,
    1n << 63n,
  ]);
  if (r.chance(0.1)) return r.u64();
  const page = BigInt(r.below(RAM_SIZE / PAGE_SIZE) * PAGE_SIZE);
  return BigInt.asUintN(64, base + (r.chance(0.7) ? page : 0n) + BigInt(r.between(-16, 16)));
}

function codeAddress(r: Random): bigint {
  return (r.chance(0.95) ? RAM + BigInt(r.below(RAM_SIZE)) : address(r)) & ~1n;
}

/** Fills all of RAM with code, and some pages with page tables that lead about in it. */
function fill(m: BareHart, r: Random): void {
  for (let at = RAM; at < RAM + BigInt(RAM_SIZE) - 4n; ) {
    const next = word(r);
    m.poke(at, next);
    at += (next & 3) === 3 ? 4n : 2n;
  }
  for (let page = 0; page < 16; page++) {
    for (let entry = 0; entry < 512; entry++) {
      const target = BigInt(r.below(RAM_SIZE / PAGE_SIZE) + (r.chance(0.05) ? r.bits() : 0)) + (RAM >> 12n);
      const flags = r.chance(0.4) ? PTE.V : BigInt(r.bits() & 0xff) | PTE.V;
      const extra = r.chance(0.05) ? r.u64() & (0x3ffn << 54n) : 0n;
      m.write64(RAM + BigInt(page * PAGE_SIZE + entry * 8), (target << 10n) | flags | extra);
    }
  }
}

/** What holds for a while: CSRs and PMP. */
function scramble(m: BareHart, r: Random): void {
  const { hart } = m;
  for (let i = 0; i < 32; i++) hart.setF(i, r.chance(0.5) ? r.u64() : r.u64() | (0xffff_ffffn << 32n));
  hart.set('mstatus', 0xa_0000_0000n | (r.u64() & 0x7e_79aan & ~(3n << 11n)) | (BigInt(r.pick([0, 1, 3])) << 11n));
  hart.set('satp', (r.pick([0n, 8n, 9n]) << 60n) | ((RAM >> 12n) + BigInt(r.below(16))));
  for (const name of ['medeleg', 'mideleg', 'mie', 'mip', 'menvcfg', 'senvcfg', 'mcounteren', 'scounteren'] as const) {
    hart.set(name, r.u64());
  }
  for (const name of ['mtvec', 'stvec'] as const) hart.set(name, codeAddress(r) & ~2n);
  for (const name of ['mepc', 'sepc'] as const) hart.set(name, codeAddress(r));
  hart.set32('frm', r.below(8));
  for (let entry = 0; entry < 16; entry++) {
    const cfg = r.chance(0.95) ? 0 : r.bits() & 0x9f & ~(r.chance(0.5) ? 2 : 0);
    m.pmp(
      entry,
      entry === 15 ? 0x1f : cfg,
      entry === 15 ? (1n << 54n) - 1n : (address(r) >> 2n) | BigInt(2 ** r.below(20) - 1),
    );
  }
  hart.fence(true, true);
}

/** Somewhere else, with other registers: most of what is random traps soon. */
function move(m: BareHart, r: Random): void {
  for (let i = 1; i < 32; i++) m.hart.setX(i, address(r));
  m.pc = codeAddress(r);
  m.mode = r.pick([MODE.U, MODE.S, MODE.M, MODE.M]);
}

/** What no guest may change, as text. */
function outside(m: BareHart): string {
  const bytes = Buffer.from(m.memory.buffer);
  const areas = [
    [0, REGISTERS_BASE],
    [registersOf(1), CSR_INDEX + 4096],
    [MACHINE_MAILBOX, HART_MAILBOX],
    [mailboxOf(1), CLINT_BASE],
    [CLINT_BASE, HARTS_BASE],
  ] as const;
  return areas.map(([start, end]) => bytes.toString('base64', start, end)).join();
}

/** Every entry of a TLB that is not empty leads to RAM, or to a decode slot. */
function expectTlbs(m: BareHart): void {
  const base = hartBase(m.layout, 0);
  for (let at = DATA_TLB; at < FETCH_TLB; at += TLB_ENTRY) {
    const tag = m.view.getBigUint64(base + at, true);
    const index = Number((tag >> 12n) % BigInt(TLB_ENTRIES));
    if (tag % BigInt(PAGE_SIZE) !== 0n || index !== ((at - DATA_TLB) / TLB_ENTRY) % TLB_ENTRIES) continue;
    const host = (Number(tag & 0xffff_ffffn) + m.view.getUint32(base + at + 8, true)) % 2 ** 32;
    expect(host % PAGE_SIZE).toBe(0);
    expect(host).toBeGreaterThanOrEqual(m.layout.ramBase);
    expect(host).toBeLessThan(m.layout.ramBase + RAM_SIZE);
  }
  for (let at = FETCH_TLB; at < FETCH_TLB + FETCH_SETS * FETCH_SET_SIZE; at += TLB_ENTRY) {
    const tag = m.view.getBigUint64(base + at, true);
    const index = Number((tag >> 12n) % BigInt(TLB_ENTRIES));
    if (tag % BigInt(PAGE_SIZE) !== 0n || index !== ((at - FETCH_TLB) / TLB_ENTRY) % TLB_ENTRIES) continue;
    const slot = m.view.getUint32(base + at + 8, true) - base - SLOTS_BASE;
    expect(slot % SLOT_SIZE).toBe(0);
    expect(slot / SLOT_SIZE).toBeLessThan(SLOTS);
    expect(slot).toBeGreaterThanOrEqual(0);
  }
  expect(STRADDLE_SLOT).toBeLessThan(SLOTS_BASE);
}

test.each(Array.from({ length: 12 }, (_, seed) => [seed]))('random code, tables and registers, seed %i', (seed) => {
  const r = new Random(seed);
  const m = new BareHart({
    ramSize: RAM_SIZE,
    host: { load: (_, size) => (r.chance(0.5) ? r.bits() % 2 ** (8 * size) : undefined), store: () => r.chance(0.5) },
  });
  const before = outside(m);
  for (let round = 0; round < 20; round++) {
    if (round % 5 === 0) fill(m, r);
    scramble(m, r);
    for (let slice = 0; slice < 100; slice++) {
      move(m, r);
      const { steps } = m;
      m.now += r.below(1000);
      m.lines(BigInt(r.bits() & 0xb0a));
      const fuel = r.between(1, 12);
      expect(EXITS).toContain(m.run(fuel));
      expect(m.steps - steps).toBeLessThanOrEqual(fuel);
      expect(m.steps).toBeGreaterThan(steps);
      expect(m.hart.x(0)).toBe(0n);
      expect(m.pc & 1n).toBe(0n);
      expect(Object.values(MODE)).toContain(m.mode);
    }
    expectTlbs(m);
  }
  expect(outside(m)).toBe(before);
});
