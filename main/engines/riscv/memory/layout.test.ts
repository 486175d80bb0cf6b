import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLINT_BASE,
  CLINT_STRIDE,
  CSR_INDEX,
  DATA_TLB,
  HART_MAILBOX,
  HARTS_BASE,
  hartBase,
  layoutOf,
  MACHINE,
  MACHINE_MAILBOX,
  MAILBOX,
  MAX_HARTS,
  MMIO,
  MMIO_BASE,
  MMIO_STRIDE,
  mailboxOf,
  PAGE_SIZE,
  PLIC_BASE,
  PLIC_SIZE,
  REGISTER,
  REGISTERS_BASE,
  REGISTERS_STRIDE,
  registersOf,
  SLOT_OF_PAGE,
  STATE,
  STATE_SIZE,
  WASM_PAGE,
} from './layout.ts';

const MiB = 1024 * 1024;
const HARTS = Array.from({ length: MAX_HARTS }, (_, hart) => hart);

/** Regions as [start, end), which must not overlap, and must follow each other as given. */
function expectInOrder(regions: readonly (readonly [start: number, end: number])[]) {
  let last = 0;
  for (const [start, end] of regions) {
    expect(start).toBeGreaterThanOrEqual(last);
    expect(end).toBeGreaterThan(start);
    last = end;
  }
}

/** Fields of a block as regions, from their offsets; `64` in a name makes a field eight bytes wide, all else is a word. */
function fieldsOf(block: Readonly<Record<string, number>>) {
  return Object.entries(block)
    .map(([name, start]) => [start, start + (name.endsWith('64') ? 8 : 4)] as const)
    .sort(([a], [b]) => a - b);
}

describe('the fixed part', () => {
  it('has regions that do not overlap', () => {
    expectInOrder([
      ...HARTS.map((hart) => [registersOf(hart), registersOf(hart) + REGISTERS_STRIDE] as const),
      [CSR_INDEX, CSR_INDEX + 4096],
      [MACHINE_MAILBOX, HART_MAILBOX],
      ...HARTS.map((hart) => [mailboxOf(hart), mailboxOf(hart + 1)] as const),
      [MMIO_BASE, MMIO_BASE + MAX_HARTS * MMIO_STRIDE],
      [CLINT_BASE, CLINT_BASE + MAX_HARTS * CLINT_STRIDE],
      [PLIC_BASE, PLIC_BASE + PLIC_SIZE],
      [HARTS_BASE, HARTS_BASE + STATE_SIZE],
    ]);
  });

  it('keeps registers where 16 bits can name them, and a null page', () => {
    expect(REGISTERS_BASE).toBeGreaterThanOrEqual(PAGE_SIZE);
    expect(registersOf(MAX_HARTS - 1) + REGISTERS_STRIDE).toBeLessThanOrEqual(0x10000);
    expectInOrder([
      [REGISTER.x, REGISTER.x + 32 * 8],
      [REGISTER.sink, REGISTER.sink + 8],
      [REGISTER.f, REGISTER.f + 32 * 8],
      [REGISTERS_STRIDE, REGISTERS_STRIDE + 1],
    ]);
  });

  it.each([
    ['MACHINE', MACHINE, HART_MAILBOX - MACHINE_MAILBOX],
    ['MAILBOX', MAILBOX, mailboxOf(1) - mailboxOf(0)],
    ['MMIO', MMIO, MMIO_STRIDE],
  ])('%s has aligned fields that do not overlap', (_, block, size) => {
    const fields = fieldsOf(block);
    expectInOrder([...fields, [size, size + 1]]);
    for (const [start, end] of fields) expect(start % (end - start)).toBe(0);
  });

  it("a hart's state has fields that do not overlap", () => {
    const { pmpaddr, pmpcfg, ...scalars } = STATE;
    expectInOrder([
      ...fieldsOf(scalars),
      [pmpaddr, pmpaddr + 16 * 8],
      [pmpcfg, pmpcfg + 16],
      [STATE_SIZE, DATA_TLB + 1],
    ]);
  });
});

describe('layoutOf', () => {
  it('lays out whatever fits: in order, aligned, within the memory', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_HARTS }), fc.integer({ min: 1, max: 48_000 }), (harts, ramPages) => {
        const layout = layoutOf(harts, ramPages * WASM_PAGE);
        const guestPages = layout.ramSize / PAGE_SIZE;
        const end = layout.ramBase + layout.ramSize;
        expectInOrder([
          ...HARTS.slice(0, harts).map(
            (hart) => [hartBase(layout, hart), hartBase(layout, hart) + SLOT_OF_PAGE + 2 * guestPages] as const,
          ),
          [layout.pageState, layout.pageState + guestPages],
          [layout.ramBase, end],
        ]);
        expect(layout.ramBase % WASM_PAGE).toBe(0);
        expect(end).toBe(layout.wasmPages * WASM_PAGE);
        expect(layout.wasmPages).toBeLessThanOrEqual(65536);
      }),
    );
  });

  it.each([
    ['no harts', 0, MiB],
    ['nine harts', 9, MiB],
    ['half a hart', 0.5, MiB],
    ['no RAM', 1, 0],
    ['part of a page', 1, MiB + 4096],
    ['more than wasm32 has', 1, 4096 * MiB],
  ])('refuses %s', (_, harts, ramSize) => {
    expect(() => layoutOf(harts, ramSize)).toThrow(RangeError);
  });
});
