import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as layout from './layout.ts';
import {
  CLINT_BASE,
  CLINT_STRIDE,
  CSR_INDEX,
  DATA_TLB,
  FETCH_SET_SIZE,
  FETCH_SETS,
  FETCH_TLB,
  HART_MAILBOX,
  HART_MAILBOX_STRIDE,
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
  RECORD,
  RECORDS_PER_PAGE,
  REGISTER,
  REGISTERS_BASE,
  REGISTERS_STRIDE,
  registersOf,
  SLOT,
  SLOT_OF_PAGE,
  SLOT_SIZE,
  SLOTS,
  SLOTS_BASE,
  STATE,
  STATE_SIZE,
  STRADDLE_SLOT,
  TLB_ENTRY,
  TLB_SET_SIZE,
  TLB_SETS,
  WASM_PAGE,
} from './layout.ts';
import { PAGE_STATE } from './page-state.ts';

interface Area {
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

/** Expects that areas lie apart, within `size` bytes, in whatever order. */
function expectApart(areas: readonly Area[], size: number): void {
  const sorted = areas.toSorted((a, b) => a.start - b.start);
  sorted.forEach((area, i) => {
    const end = sorted[i + 1]?.start ?? size;
    expect(area.size, area.name).toBeGreaterThan(0);
    expect(area.start + area.size, `${area.name} and ${sorted[i + 1]?.name ?? 'the end'}`).toBeLessThanOrEqual(end);
  });
  expect(sorted[0]?.start).toBeGreaterThanOrEqual(0);
}

/** The areas of named words; names that end in 64 have two. */
function words(offsets: Readonly<Record<string, number>>): Area[] {
  return Object.entries(offsets).map(([name, start]) => ({ name, start, size: name.endsWith('64') ? 8 : 4 }));
}

const I32_STATE = new Set<string>([
  'mode',
  'dataTlb',
  'fetchTlb',
  'fuel',
  'sliceFuel',
  'exit',
  'fflags',
  'frm',
  'reservation',
  'reservationSize',
  'faultCause',
  'nextSlot',
  'sbi',
  'hartId',
  'straddle',
  'superpages',
  'deviceAccess',
]);
const STATE_AREAS = Object.entries(STATE).map(([name, start]): Area => {
  const size = name === 'pmpaddr' ? 16 * 8 : name === 'pmpcfg' ? 16 : I32_STATE.has(name) ? 4 : 8;
  return { name, start, size };
});

describe('what all machines have', () => {
  test('lies apart, above a page of nothing and below the harts', () => {
    const areas: Area[] = [
      { name: 'nothing', start: 0, size: PAGE_SIZE },
      { name: 'register files', start: REGISTERS_BASE, size: MAX_HARTS * REGISTERS_STRIDE },
      { name: 'CSR index', start: CSR_INDEX, size: 4096 },
      { name: 'machine mailbox', start: MACHINE_MAILBOX, size: HART_MAILBOX - MACHINE_MAILBOX },
      { name: 'hart mailboxes', start: HART_MAILBOX, size: MAX_HARTS * HART_MAILBOX_STRIDE },
      { name: 'MMIO slots', start: MMIO_BASE, size: MAX_HARTS * MMIO_STRIDE },
      { name: 'CLINT', start: CLINT_BASE, size: MAX_HARTS * CLINT_STRIDE },
      { name: 'PLIC', start: PLIC_BASE, size: PLIC_SIZE },
    ];
    expectApart(areas, HARTS_BASE);
  });

  test.each([
    ['machine mailbox', MACHINE, HART_MAILBOX - MACHINE_MAILBOX],
    ['hart mailbox', MAILBOX, HART_MAILBOX_STRIDE],
    ['MMIO slot', MMIO, MMIO_STRIDE],
  ] as const)('%s: words lie apart, and aligned for atomics', (_, offsets, size) => {
    expectApart(words(offsets), size);
    for (const { name, start, size: bytes } of words(offsets)) expect(start % bytes, name).toBe(0);
    expect(size % 8).toBe(0);
  });

  test('registers have addresses of 16 bits whose low three are free', () => {
    for (let hart = 0; hart < MAX_HARTS; hart++) {
      const areas: Area[] = [
        { name: 'x', start: REGISTER.x, size: 32 * 8 },
        { name: 'sink', start: REGISTER.sink, size: 8 },
        { name: 'f', start: REGISTER.f, size: 32 * 8 },
      ];
      expectApart(areas, REGISTERS_STRIDE);
      for (const { start, size } of areas) {
        expect((registersOf(hart) + start) % 8).toBe(0);
        expect(registersOf(hart) + start + size).toBeLessThanOrEqual(0x1_0000);
      }
    }
  });

  test('harts have mailboxes and registers of their own', () => {
    const harts = Array.from({ length: MAX_HARTS }, (_, hart) => hart);
    expect(new Set(harts.map(mailboxOf)).size).toBe(MAX_HARTS);
    expect(harts.map((hart) => mailboxOf(hart) % 8)).toEqual(harts.map(() => 0));
    expect(CLINT_BASE % 8).toBe(0);
    expect(PLIC_BASE % 4).toBe(0);
  });
});

describe('a hart area', () => {
  test('fields of the state lie apart and aligned', () => {
    expectApart(STATE_AREAS, STATE_SIZE);
    for (const { name, start, size } of STATE_AREAS) expect(start % Math.min(size, 8), name).toBe(0);
    for (const name of I32_STATE) expect(Object.keys(STATE)).toContain(name);
  });

  test('state, TLBs and decode slots follow each other', () => {
    const areas: Area[] = [
      { name: 'state', start: 0, size: STATE_SIZE },
      { name: 'data TLBs', start: DATA_TLB, size: TLB_SETS * TLB_SET_SIZE },
      { name: 'fetch TLBs', start: FETCH_TLB, size: FETCH_SETS * FETCH_SET_SIZE },
      { name: 'straddle slot', start: STRADDLE_SLOT, size: SLOT_SIZE },
      { name: 'slots', start: SLOTS_BASE, size: SLOTS * SLOT_SIZE },
    ];
    expectApart(areas, SLOT_OF_PAGE);
    expect(DATA_TLB % TLB_ENTRY).toBe(0);
    expect(FETCH_TLB % TLB_ENTRY).toBe(0);
    expect(SLOTS_BASE % 8).toBe(0);
    expect(SLOT_SIZE % 8).toBe(0);
    expect(SLOTS).toBeLessThan(0xffff);
  });

  test('parts of a slot lie apart', () => {
    const areas: Area[] = [
      { name: 'records', start: SLOT.records, size: RECORDS_PER_PAGE * RECORD },
      { name: 'page end', start: SLOT.pageEnd, size: 2 * RECORD },
      { name: 'copy', start: SLOT.copy, size: PAGE_SIZE },
      { name: 'page', start: SLOT.page, size: 4 },
      { name: 'epoch', start: SLOT.epoch, size: 8 },
    ];
    expectApart(areas, SLOT_SIZE);
    expect(SLOT.epoch % 8).toBe(0);
    // An instruction word at the last halfword of the copy is read, and in the straddle slot written, whole
    expect(SLOT.page).toBe(SLOT.copy + PAGE_SIZE);
  });
});

describe('layoutOf', () => {
  const harts = fc.integer({ min: 1, max: MAX_HARTS });
  const ramSizes = fc.integer({ min: 1, max: 2 ** 30 / WASM_PAGE }).map((pages) => pages * WASM_PAGE);

  test('harts, page states and RAM lie apart, and fill the memory', () => {
    fc.assert(
      fc.property(harts, ramSizes, (count, ramSize) => {
        const made = layoutOf(count, ramSize);
        const areas: Area[] = Array.from({ length: count }, (_, hart) => ({
          name: `hart ${hart}`,
          start: hartBase(made, hart),
          size: SLOT_OF_PAGE + (ramSize / PAGE_SIZE) * 2,
        }));
        areas.push({ name: 'page states', start: made.pageState, size: ramSize / PAGE_SIZE });
        areas.push({ name: 'RAM', start: made.ramBase, size: ramSize });
        expectApart(areas, made.wasmPages * WASM_PAGE);
        expect(made.ramBase + ramSize).toBe(made.wasmPages * WASM_PAGE);
        expect(made.ramBase % WASM_PAGE).toBe(0);
        expect(made.hartStride % PAGE_SIZE).toBe(0);
        expect(hartBase(made, 0)).toBe(HARTS_BASE);
      }),
    );
  });

  test('as much RAM as fits, and no more', () => {
    for (let count = 1; count <= MAX_HARTS; count++) {
      let ramSize = 4 * 2 ** 30;
      const fits = () => {
        try {
          return layoutOf(count, ramSize);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RangeError);
          return undefined;
        }
      };
      while (fits() === undefined) ramSize -= WASM_PAGE;
      expect(fits()?.wasmPages).toBeLessThanOrEqual(65536);
      expect(ramSize).toBeGreaterThan(3.5 * 2 ** 30);
    }
  });

  test.each([
    [0, WASM_PAGE],
    [9, WASM_PAGE],
    [1.5, WASM_PAGE],
    [1, 0],
    [1, -WASM_PAGE],
    [1, WASM_PAGE + PAGE_SIZE],
    [1, Number.NaN],
    [1, 2 ** 32],
  ])('%s harts and %s bytes do not exist', (count, ramSize) => {
    expect(() => layoutOf(count, ramSize)).toThrow(RangeError);
  });
});

test('page states are bits of a byte', () => {
  const bits = Object.values(PAGE_STATE);
  expect(bits.every((bit) => bit > 0 && bit < 256 && (bit & (bit - 1)) === 0)).toBe(true);
  expect(new Set(bits).size).toBe(bits.length);
});

test('pages are what their shift says', () => {
  expect(1 << layout.PAGE_SHIFT).toBe(PAGE_SIZE);
  expect(RECORDS_PER_PAGE * RECORD).toBe(PAGE_SIZE << layout.RECORD_SCALE_SHIFT);
});
