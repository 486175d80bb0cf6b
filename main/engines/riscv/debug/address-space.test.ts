import { beforeEach, describe, expect, it } from 'vitest';
import { debugMachine } from '../../../../tests/fixtures/debug-machine.ts';
import type { Hart } from '../hart/instance.ts';
import { MODE } from '../isa/csr.ts';
import type { GuestRam } from '../memory/guest-ram.ts';
import { readMemory, translateQuietly, writeMemory } from './address-space.ts';

const ROOT = 0x8010_0000;
const VALID_RWX = 0xfn;
const POINTER = 1n;
const NAPOT = 1n << 63n;

let hart: Hart;
let ram: GuestRam;

function poke(address: number, value: bigint): void {
  const bytes = ram.span(address, 8, 'write');
  if (bytes) new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, value, true);
}

const entry = (physical: number, bits: bigint) => (BigInt(physical >>> 12) << 10n) | bits;

beforeEach(() => {
  const machine = debugMachine([0]);
  hart = machine.harts[0]!;
  ram = machine.ram;
});

function sv39(): void {
  hart.set32('mode', MODE.S);
  hart.set('satp', (8n << 60n) | BigInt(ROOT / 4096));
}

describe('translateQuietly', () => {
  it('is the identity in M-mode and where satp is bare', () => {
    expect(translateQuietly(hart, ram, 0x8000_0123n)).toBe(0x8000_0123n);
    hart.set('satp', (8n << 60n) | 5n);
    expect(translateQuietly(hart, ram, 0x8000_0123n)).toBe(0x8000_0123n);
    hart.set('satp', 0n);
    hart.set32('mode', MODE.S);
    expect(translateQuietly(hart, ram, 0x8000_0123n)).toBe(0x8000_0123n);
  });

  it('walks three levels, and sets no accessed bit', () => {
    sv39();
    poke(ROOT + 8, entry(ROOT + 0x1000, POINTER));
    poke(ROOT + 0x1000 + 16, entry(ROOT + 0x2000, POINTER));
    poke(ROOT + 0x2000 + 24, entry(0x8020_0000, VALID_RWX));
    const address = (1n << 30n) | (2n << 21n) | (3n << 12n) | 0x456n;
    expect(translateQuietly(hart, ram, address)).toBe(0x8020_0456n);
    const pte = ram.span(ROOT + 0x2000 + 24, 1, 'read');
    expect(pte?.[0]).toBe(Number(VALID_RWX));
  });

  it('knows superpages and 64 KiB pages', () => {
    sv39();
    poke(ROOT, entry(0x8000_0000, VALID_RWX));
    expect(translateQuietly(hart, ram, 0x12_3456n)).toBe(0x8012_3456n);
    poke(ROOT + 8, entry(ROOT + 0x1000, POINTER));
    poke(ROOT + 0x1000, entry(ROOT + 0x2000, POINTER));
    poke(ROOT + 0x2000 + 5 * 8, entry(0x8020_8000, VALID_RWX) | NAPOT);
    expect(translateQuietly(hart, ram, (1n << 30n) | 0x5678n)).toBe(0x8020_5678n);
  });

  it('finds nothing where nothing is mapped, tables are not in RAM, or the address is no sign extension', () => {
    sv39();
    expect(translateQuietly(hart, ram, 0x1000n)).toBeUndefined();
    poke(ROOT, entry(0x1000, POINTER));
    expect(translateQuietly(hart, ram, 0x1000n)).toBeUndefined();
    poke(ROOT, entry(0x8000_0000, VALID_RWX));
    expect(translateQuietly(hart, ram, 1n << 39n)).toBeUndefined();
  });
});

describe('memory', () => {
  it('is read and written across pages that do not lie together', () => {
    sv39();
    poke(ROOT, entry(ROOT + 0x1000, POINTER));
    poke(ROOT + 0x1000, entry(ROOT + 0x2000, POINTER));
    poke(ROOT + 0x2000, entry(0x8020_0000, VALID_RWX));
    poke(ROOT + 0x2000 + 8, entry(0x8030_0000, VALID_RWX));
    expect(writeMemory(hart, ram, 0xffen, Uint8Array.of(1, 2, 3, 4))).toBe(true);
    expect([...readMemory(hart, ram, 0xffdn, 6)]).toEqual([0, 1, 2, 3, 4, 0]);
    expect([...(ram.span(0x8020_0ffe, 2, 'read') ?? [])]).toEqual([1, 2]);
    expect([...(ram.span(0x8030_0000, 2, 'read') ?? [])]).toEqual([3, 4]);
    expect([...readMemory(hart, ram, 0x1ffen, 8)]).toEqual([0, 0]);
    expect(writeMemory(hart, ram, 0x1ffen, Uint8Array.of(9, 9, 9))).toBe(false);
    expect([...readMemory(hart, ram, 0x1ffen, 2)]).toEqual([0, 0]);
  });
});
